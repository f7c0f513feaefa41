/* SPDX-License-Identifier: MIT */
/* Every write call: announced durably before it is sent, settled durably after. */
#include "journal/ledger.h"

#include "base/durable.h"
#include "journal/database.h"

#define COLUMNS                                                                                    \
	"SELECT id, kind, uid, action, target, content, there_before, state, announced_at,"        \
	" settled_at, result, detail, settled_by FROM ledger WHERE "

/* What may follow. DOUBT may be told again with better words. */
static const struct {
	bool after_announced, after_doubt, is_final;
} outcomes[] = {
	[LEDGER_NEW] = {false, false, false},   [LEDGER_ANNOUNCED] = {false, false, false},
	[LEDGER_DONE] = {true, true, true},     [LEDGER_REFUSED] = {true, false, true},
	[LEDGER_NOT_SENT] = {true, true, true}, [LEDGER_IN_DOUBT] = {true, true, false},
};

const char *ledger_state_name(enum ledger_state state)
{
	static const char *const names[] = {
		[LEDGER_NEW] = "new",           [LEDGER_ANNOUNCED] = "announced",
		[LEDGER_DONE] = "done",         [LEDGER_REFUSED] = "refused",
		[LEDGER_NOT_SENT] = "not sent", [LEDGER_IN_DOUBT] = "in doubt",
	};
	return names[state];
}

#define BY_HAND "call:"

char *ledger_uid_by_hand(gint64 now)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(now);
	g_autofree char *stamp = g_date_time_format(time, "%Y%m%dT%H%M%SZ");
	return g_strdup_printf(BY_HAND "%s-%08x", stamp, g_random_int());
}

bool ledger_is_by_hand(const char *uid)
{
	return g_str_has_prefix(uid, BY_HAND);
}

struct ledger_call *ledger_call_new(enum item_kind kind, const char *uid, const char *action,
                                    const char *target)
{
	struct ledger_call *self = g_new0(struct ledger_call, 1);
	self->kind = kind;
	self->uid = g_strdup(uid);
	self->action = g_strdup(action);
	self->target = g_strdup(target);
	return self;
}

void ledger_call_free(struct ledger_call *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->uid);
	g_free(self->action);
	g_free(self->target);
	g_free(self->content);
	g_free(self->before);
	g_free(self->result);
	g_free(self->detail);
	g_free(self->settled_by);
	g_free(self);
}

static void destroy(gpointer call)
{
	ledger_call_free(call);
}

static bool announce_one(struct journal *journal, const struct ledger_call *call, gint64 now,
                         GError **error)
{
	if (call->id != 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
		            "ledger entry %" G_GINT64_FORMAT " is announced already", call->id);
		return false;
	}
	return database_run(journal, error,
	                    "INSERT INTO ledger(kind, uid, action, target, content, there_before,"
	                    " state, announced_at, settled_at)"
	                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)",
	                    "kttttt"
	                    "ii",
	                    (gint64)call->kind, call->uid, call->action, call->target,
	                    call->content, call->before, (gint64)LEDGER_ANNOUNCED, now);
}

static bool store_announcements(struct journal *journal, GPtrArray *calls, gint64 now, gint64 *ids,
                                GError **error)
{
	for (guint i = 0; i < calls->len; i++) {
		if (!announce_one(journal, calls->pdata[i], now, error)) {
			return false;
		}
		ids[i] = sqlite3_last_insert_rowid(journal->whole->handle);
	}
	g_autofree char *generation =
		g_strdup_printf("%" G_GINT64_FORMAT, journal->whole->generation + 1);
	return database_run(journal, error, "UPDATE meta SET value = ?1 WHERE key = 'generation'",
	                    "t", generation);
}

/* Announced for nothing: the rows say so, the calls are as new. */
static void withdraw(struct journal *journal, GPtrArray *calls, gint64 now, const GError *why)
{
	for (guint i = 0; i < calls->len; i++) {
		struct ledger_call *call = calls->pdata[i];
		call->state = LEDGER_NOT_SENT;
		g_free(call->detail);
		call->detail = g_strdup(why->message);
	}
	ledger_settle(journal, calls, now, NULL); /* else they are in doubt: safe as well */
	for (guint i = 0; i < calls->len; i++) {
		struct ledger_call *call = calls->pdata[i];
		call->id = 0;
		call->state = LEDGER_NEW;
		call->announced_at = call->settled_at = 0;
		g_clear_pointer(&call->detail, g_free);
	}
}

/* The calls learn their ids only when all of them are stored. */
bool ledger_announce(struct journal *journal, GPtrArray *calls, gint64 now, GError **error)
{
	if (!durable_is_trusted()) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
		            "journal '%s': a sync to disk failed, so nothing more is sent until "
		            "the next cycle",
		            journal->whole->path);
		return false;
	}
	if (!journal_begin(journal, error)) {
		return false;
	}
	g_autofree gint64 *ids = g_new(gint64, calls->len + 1);
	if (!store_announcements(journal, calls, now, ids, error)) {
		journal_rollback(journal);
		return false;
	}
	if (!journal_commit(journal, error)) {
		return false;
	}
	journal->whole->generation++;
	for (guint i = 0; i < calls->len; i++) {
		struct ledger_call *call = calls->pdata[i];
		call->id = ids[i];
		call->state = LEDGER_ANNOUNCED;
		call->announced_at = now;
	}
	GError *failure = NULL;
	if (journal->whole->witness == NULL ||
	    journal->whole->witness(journal->whole->witness_data, journal->whole->generation,
	                            &failure)) {
		return true;
	}
	withdraw(journal, calls, now, failure);
	g_propagate_error(error, failure);
	return false;
}

static bool settle_one(struct journal *journal, const struct ledger_call *call, gint64 now,
                       GError **error)
{
	static const char sql[] =
		"UPDATE ledger SET state = ?2, result = ?3, detail = ?4, settled_by = ?5,"
		" settled_at = ?6 WHERE id = ?1 AND (state = ?7 OR (state = ?8 AND ?9))";
	if (outcomes[call->state].after_announced &&
	    !database_run(journal, error, sql, "iitttiiii", call->id, (gint64)call->state,
	                  call->result, call->detail, call->settled_by,
	                  outcomes[call->state].is_final ? now : 0, (gint64)LEDGER_ANNOUNCED,
	                  (gint64)LEDGER_IN_DOUBT, (gint64)outcomes[call->state].after_doubt)) {
		return false;
	}
	if (outcomes[call->state].after_announced && sqlite3_changes(journal->whole->handle) == 1) {
		return true;
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
	            "ledger entry %" G_GINT64_FORMAT " cannot become '%s'", call->id,
	            ledger_state_name(call->state));
	return false;
}

bool ledger_settle(struct journal *journal, GPtrArray *calls, gint64 now, GError **error)
{
	if (!database_enter(journal, error)) {
		return false;
	}
	bool stored = true;
	for (guint i = 0; i < calls->len && stored; i++) {
		stored = settle_one(journal, calls->pdata[i], now, error);
	}
	if (!database_leave(journal, stored, error)) {
		return false;
	}
	for (guint i = 0; i < calls->len; i++) {
		struct ledger_call *call = calls->pdata[i];
		call->settled_at = outcomes[call->state].is_final ? now : 0;
	}
	return true;
}

bool ledger_recover(struct journal *journal, enum item_kind kind, GError **error)
{
	return database_run(journal, error,
	                    "UPDATE ledger SET state = ?3, detail ="
	                    " 'the program ended before the reply' WHERE kind = ?1 AND state = ?2"
	                    " AND state IN (1, 5)",
	                    "kii", (gint64)kind, (gint64)LEDGER_ANNOUNCED, (gint64)LEDGER_IN_DOUBT);
}

bool ledger_next(struct journal *journal, gint64 *id, GError **error)
{
	sqlite3_stmt *statement =
		database_query(journal, error, "SELECT coalesce(max(id), 0) + 1 FROM ledger", "");
	if (statement == NULL || !database_next(journal, statement, error)) {
		return false;
	}
	*id = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return true;
}

static struct ledger_call *read_row(sqlite3_stmt *row)
{
	struct ledger_call *call = g_new0(struct ledger_call, 1);
	call->id = sqlite3_column_int64(row, 0);
	call->kind = database_kind(row, 1);
	call->uid = database_text(row, 2);
	call->action = database_text(row, 3);
	call->target = database_text(row, 4);
	call->content = database_text(row, 5);
	call->before = database_text(row, 6);
	call->state = (enum ledger_state)sqlite3_column_int(row, 7);
	call->announced_at = sqlite3_column_int64(row, 8);
	call->settled_at = sqlite3_column_int64(row, 9);
	call->result = database_text(row, 10);
	call->detail = database_text(row, 11);
	call->settled_by = database_text(row, 12);
	return call;
}

static GPtrArray *read_rows(struct journal *journal, sqlite3_stmt *statement, GError **error)
{
	if (statement == NULL) {
		return NULL;
	}
	g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func(destroy);
	GError *failure = NULL;
	while (database_next(journal, statement, &failure)) {
		g_ptr_array_add(calls, read_row(statement));
	}
	if (failure != NULL) {
		g_propagate_error(error, failure);
		return NULL;
	}
	return g_steal_pointer(&calls);
}

GPtrArray *ledger_in_doubt(struct journal *journal, enum item_kind kind, GError **error)
{
	return read_rows(journal,
	                 database_query(journal, error,
	                                COLUMNS "kind = ?1 AND state = ?2 AND state IN (1, 5)"
	                                        " ORDER BY id",
	                                "ki", (gint64)kind, (gint64)LEDGER_IN_DOUBT),
	                 error);
}

GPtrArray *ledger_unsettled(struct journal *journal, enum item_kind kind, GError **error)
{
	return read_rows(journal,
	                 database_query(journal, error,
	                                COLUMNS "kind = ?1 AND state IN (1, 5) ORDER BY id", "k",
	                                (gint64)kind),
	                 error);
}

GPtrArray *ledger_effective(struct journal *journal, enum item_kind kind, GError **error)
{
	return read_rows(journal,
	                 database_query(journal, error,
	                                COLUMNS "kind = ?1 AND state IN (?2, ?3, ?4) ORDER BY id",
	                                "kiii", (gint64)kind, (gint64)LEDGER_ANNOUNCED,
	                                (gint64)LEDGER_DONE, (gint64)LEDGER_IN_DOUBT),
	                 error);
}

GPtrArray *ledger_answered(struct journal *journal, enum item_kind kind, guint count,
                           GError **error)
{
	return read_rows(journal,
	                 database_query(journal, error,
	                                COLUMNS "kind = ?1 AND settled_by = 'reply'"
	                                        " ORDER BY id DESC LIMIT ?2",
	                                "ki", (gint64)kind, (gint64)count),
	                 error);
}

GPtrArray *ledger_for_item(struct journal *journal, enum item_kind kind, const char *uid,
                           GError **error)
{
	return read_rows(journal,
	                 database_query(journal, error,
	                                COLUMNS "kind = ?1 AND uid = ?2 ORDER BY id", "kt",
	                                (gint64)kind, uid),
	                 error);
}

GPtrArray *ledger_for_remote(struct journal *journal, enum item_kind kind, const char *remote_ref,
                             GError **error)
{
	return read_rows(journal,
	                 database_query(journal, error,
	                                COLUMNS "kind = ?1 AND (result = ?2 OR target = ?2)"
	                                        " ORDER BY id",
	                                "kt", (gint64)kind, remote_ref),
	                 error);
}
