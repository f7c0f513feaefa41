/* SPDX-License-Identifier: MIT */
/* Is the journal whole, and do its records and its ledger tell the same story? */
#include "journal/journal.h"

#include "journal/database.h"

#define PROBLEMS_MAX 1000 /* of one check; a person reads them */
#define RECORD                                                                                     \
	"'record ''' || uid || ''' (' || CASE kind % 16 WHEN 0 THEN 'contacts' ELSE 'calendar' "   \
	"END || "                                                                                  \
	"') '"

/*
 * Each gives one text per broken item; ?1 is now. kind % 16 is the kind, kind / 16 the section. The
 * numbers: record states 0 agreed, 1 pending, 3 in doubt, 6 same as; ledger states 1 announced, 2
 * done, 3 refused, 4 not sent, 5 in doubt.
 */
static const struct {
	const char *sql, *parameters;
} checks[] = {
	{"SELECT integrity_check FROM pragma_integrity_check"
         " WHERE integrity_check <> 'ok'",
         ""},
	{"SELECT 'row of \"' || \"table\" || '\" without its \"' || parent || '\"'"
         " FROM pragma_foreign_key_check",
         ""},
	{"SELECT 'the journal has no ' || wanted || ' of its own' FROM"
         " (SELECT 'id' AS wanted UNION ALL SELECT 'created' UNION ALL SELECT 'generation')"
         " WHERE wanted NOT IN (SELECT key FROM meta)",
         ""},
	{"SELECT " RECORD "|| 'is agreed, but was never on the remote'"
         " FROM records r WHERE state = 0 AND remote_ref IS NULL AND NOT EXISTS"
         " (SELECT 1 FROM ledger l WHERE l.kind = r.kind AND l.uid = r.uid AND l.state = 2"
         " AND (r.kind % 16 <> 0 OR (l.target IS NULL AND l.result IS NULL)))",
         ""},
	{"SELECT 'remote id ''' || remote_ref || ''' is agreed by ' || count(*)"
         " || ' records: ' || group_concat(uid, ', ') FROM records WHERE state = 0"
         " AND remote_ref IS NOT NULL GROUP BY kind, remote_ref HAVING count(*) > 1",
         ""},
	{"SELECT " RECORD "|| 'is the same as ''' || coalesce(same_as, '') ||"
         " ''', which is not there' FROM records r WHERE state = 6 AND NOT EXISTS"
         " (SELECT 1 FROM records o WHERE o.kind = r.kind AND o.uid = r.same_as)",
         ""},
	{"SELECT " RECORD "|| 'waits for an outcome that no ledger entry will bring'"
         " FROM records r WHERE state = 3 AND NOT EXISTS"
         " (SELECT 1 FROM ledger l WHERE l.kind = r.kind AND l.uid = r.uid AND l.state IN (1, 5))",
         ""},
	{"SELECT 'ledger entry ' || id || ' was announced more than a day ago and never settled'"
         " FROM ledger WHERE state = 1 AND announced_at < ?1 - 86400",
         "i"},
	{"SELECT 'ledger entry ' || id || ' is of no known kind or state'"
         " FROM ledger WHERE kind % 16 NOT IN (0, 1) OR state NOT BETWEEN 1 AND 5"
         " OR (kind / 16 <> 0 AND kind / 16 NOT IN (SELECT number FROM sections))",
         ""},
};

static bool run_check(struct journal *self, const char *sql, const char *parameters,
                      GPtrArray *problems, GError **error)
{
	sqlite3_stmt *statement =
		database_query(self, error, sql, parameters, g_get_real_time() / G_USEC_PER_SEC);
	if (statement == NULL) {
		return false;
	}
	GError *failure = NULL;
	for (unsigned i = 0; i < PROBLEMS_MAX && database_next(self, statement, &failure); i++) {
		char *problem = database_text(statement, 0);
		g_ptr_array_add(problems,
		                problem != NULL ? problem : g_strdup("a row without identity"));
	}
	sqlite3_reset(statement);
	if (failure != NULL) {
		g_propagate_error(error, failure);
		return false;
	}
	return true;
}

bool journal_check(struct journal *self, GError **error)
{
	sqlite3_stmt *statement = database_query(
		self, error, "SELECT quick_check FROM pragma_quick_check WHERE quick_check <> 'ok'",
		"");
	GError *failure = NULL;
	if (statement == NULL) {
		return false;
	}
	if (database_next(self, statement, &failure)) {
		g_autofree char *what = database_text(statement, 0);
		sqlite3_reset(statement);
		return database_damaged(self, what, error);
	}
	if (failure != NULL) {
		g_propagate_error(error, failure);
	}
	return failure == NULL;
}

bool journal_verify(struct journal *self, GPtrArray *problems, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(checks); i++) {
		if (!run_check(self, checks[i].sql, checks[i].parameters, problems, error)) {
			return false;
		}
	}
	return true;
}
