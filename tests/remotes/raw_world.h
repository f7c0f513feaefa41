/* SPDX-License-Identifier: MIT */
/* An account of the orange driver against an emulator, for calls by hand and probes. */
#ifndef TESTS_REMOTES_RAW_WORLD_H
#define TESTS_REMOTES_RAW_WORLD_H

#include "emulator/emulator.h"
#include "journal/ledger.h"
#include "journal/records.h"
#include "remotes/canned_server.h"
#include "remotes/orange/orange.h"

struct world {
	struct emulator *emulator;
	struct account account;
	char *token;
	struct remote *remote;
	struct raw_call call;
	GError *error; /* of the last call */
};

static inline void world_open(struct world *self)
{
	g_autoptr(GError) error = NULL;
	self->remote = orange_driver.open(&self->account.settings, self->account.journal, &error);
	ck_assert_msg(self->remote != NULL, "%s", error == NULL ? "" : error->message);
}

static inline void world_init(struct world *self, const struct emulator_options *options)
{
	g_autoptr(GError) error = NULL;
	memset(self, 0, sizeof *self);
	self->emulator = emulator_start(options, &error);
	ck_assert_msg(self->emulator != NULL, "%s", error == NULL ? "" : error->message);
	self->token = emulator_new_token(self->emulator);
	account_init(&self->account, emulator_port(self->emulator));
	g_free(self->account.endpoint);
	self->account.endpoint = g_strdup(emulator_url(self->emulator));
	self->account.settings.endpoint = self->account.endpoint;
	self->account.settings.service_id = EMULATOR_SERVICE_ID;
	self->account.settings.service_password = EMULATOR_SERVICE_PASSWORD;
	self->account.settings.token = self->token;
	self->account.settings.vcard_major = 3;
	account_open(&self->account, JOURNAL_CREATE);
	world_open(self);
}

/* The next process, some seconds later. */
static inline void world_reopen(struct world *self, gint64 seconds)
{
	orange_driver.close(self->remote);
	self->account.settings.now += seconds;
	world_open(self);
}

static inline void world_forget(struct world *self)
{
	raw_call_clear(&self->call);
	g_clear_pointer(&self->call.parameters, g_ptr_array_unref);
	g_clear_pointer(&self->call.file, g_bytes_unref);
	g_clear_error(&self->error);
	self->call = (struct raw_call){0};
}

static inline void world_clear(struct world *self)
{
	world_forget(self);
	orange_driver.close(self->remote);
	account_clear(&self->account);
	emulator_stop(self->emulator);
	g_free(self->token);
}

/* "title=A&location=B" */
static inline void world_prepare(struct world *self, const char *api, const char *action,
                                 const char *parameters)
{
	world_forget(self);
	self->call.api = api;
	self->call.action = action;
	self->call.may_write = true;
	self->call.parameters = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) pairs = g_strsplit(parameters, "&", -1);
	for (guint i = 0; pairs[i] != NULL && pairs[i][0] != '\0'; i++) {
		g_auto(GStrv) pair = g_strsplit(pairs[i], "=", 2);
		g_ptr_array_add(self->call.parameters, g_strdup(pair[0]));
		g_ptr_array_add(self->call.parameters, g_strdup(pair[1]));
	}
}

static inline bool world_send(struct world *self)
{
	const bool is_done = orange_driver.call(self->remote, &self->call, &self->error);
	ck_assert(is_done == (self->error == NULL));
	return is_done;
}

static inline bool world_call(struct world *self, const char *api, const char *action,
                              const char *parameters)
{
	world_prepare(self, api, action, parameters);
	return world_send(self);
}

static inline void world_break(struct world *self, const char *action, const char *kind)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *request =
		g_strdup_printf("fault?action=%s&number=next&kind=%s", action, kind);
	g_autofree char *said = emulator_control(self->emulator, request, NULL, &error);
	ck_assert_msg(said != NULL, "%s", error == NULL ? "" : error->message);
}

/* The only row of what was sent last. Owned. */
static inline struct ledger_call *world_row(struct world *self, enum item_kind kind)
{
	ck_assert_ptr_nonnull(self->call.uid);
	g_autoptr(GPtrArray) rows =
		ledger_for_item(self->account.journal, kind, self->call.uid, NULL);
	ck_assert_uint_ge(rows->len, 1);
	return g_ptr_array_steal_index(rows, rows->len - 1);
}

static inline void world_expect_row(struct world *self, enum item_kind kind,
                                    enum ledger_state state)
{
	OWNED(ledger_call) row = world_row(self, kind);
	ck_assert_str_eq(ledger_state_name(row->state), ledger_state_name(state));
}

static inline bool world_settle(struct world *self, enum item_kind kind)
{
	struct endpoint *side = orange_driver.endpoint(self->remote, kind);
	return side->functions->settle(side, NULL);
}

#endif
