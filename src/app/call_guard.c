/* SPDX-License-Identifier: MIT */
/* What holds back a cycle holds back a call by hand, too: the journal, and the folders' marks. */
#include "app/call_guard.h"

#include "endpoint/endpoint.h"
#include "sync/mark.h"

struct call_guard {
	struct account *account;            /* lent */
	struct endpoint *sides[ITEM_KINDS]; /* those whose folder bears a mark */
};

static bool refuse(const struct call_guard *self, const char *why, GError **error)
{
	const char *account = self->account->config->name;
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_REFUSED, "%s: " UNTIL_REBUILD, why,
	            account);
	return false;
}

static bool judge_mark(const struct call_guard *self, const struct endpoint *side, const char *text,
                       GError **error)
{
	const struct account *account = self->account;
	g_autoptr(GError) problem = NULL;
	OWNED(mark) mark = mark_from_text(text, &problem);
	g_autofree char *why =
		mark == NULL
			? g_strdup_printf("the mark in '%s' cannot be read (%s)", side->name,
	                                  problem->message)
			: mark_objection(mark, account->journal, side->name, account->config->name);
	return why == NULL || refuse(self, why, error);
}

/* Where nothing is sent from there is no mark to keep. */
static bool is_sent_from(const struct account_config *config, enum item_kind kind)
{
	const gint64 direction =
		kind == ITEM_CONTACT ? config->contacts_direction : config->calendar_direction;
	const char *folder = account_folder(config, kind);
	return (direction == DIRECTION_BOTH || direction == DIRECTION_PUSH) && folder != NULL &&
	       g_file_test(folder, G_FILE_TEST_IS_DIR);
}

static bool take_folder(struct call_guard *self, enum item_kind kind, gint64 now, GError **error)
{
	struct endpoint *side = account_open_folder(self->account, kind, now, error);
	if (side == NULL) {
		return false;
	}
	GError *problem = NULL;
	g_autofree char *text = side->functions->read_mark(side, &problem);
	if (text == NULL) {
		side->functions->close(side);
		if (problem != NULL) {
			g_propagate_error(error, problem);
			return false;
		}
		return true;
	}
	self->sides[kind] = side;
	return judge_mark(self, side, text, error);
}

static bool leave_marks(void *data, gint64 generation, GError **error)
{
	struct call_guard *self = data;
	OWNED(mark)
	mark = mark_new(journal_id(self->account->journal), generation,
	                self->account->config->name);
	g_autofree char *text = mark_to_text(mark);
	for (gsize i = 0; i < ITEM_KINDS; i++) {
		struct endpoint *side = self->sides[i];
		if (side != NULL && !side->functions->write_mark(side, text, error)) {
			return false;
		}
	}
	return true;
}

struct call_guard *call_guard_new(struct account *account, gint64 now, GError **error)
{
	OWNED(call_guard) self = g_new0(struct call_guard, 1);
	self->account = account;
	if (account->hold != NULL) {
		refuse(self, account->hold, error);
		return NULL;
	}
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		if (is_sent_from(account->config, kind) && !take_folder(self, kind, now, error)) {
			return NULL;
		}
	}
	journal_set_witness(account->journal, leave_marks, self);
	return g_steal_pointer(&self);
}

void call_guard_free(struct call_guard *self)
{
	if (self == NULL) {
		return;
	}
	journal_set_witness(self->account->journal, NULL, NULL);
	for (gsize i = 0; i < ITEM_KINDS; i++) {
		if (self->sides[i] != NULL) {
			self->sides[i]->functions->close(self->sides[i]);
		}
	}
	g_free(self);
}
