/* SPDX-License-Identifier: MIT */
/* An account at work: lock, journal, secrets and the remote behind it. */
#ifndef PASSERELLE_APP_ACCOUNT_H
#define PASSERELLE_APP_ACCOUNT_H

#include "app/config.h"
#include "app/connection.h"
#include "app/health.h"
#include "base/durable.h"
#include "journal/journal.h"

struct account {
	const struct account_config *config; /* lent */
	struct durable_lock *lock; /* NULL in a dry run of an account that has no journal yet */
	struct journal *journal;
	char *hold;    /* the journal is a stand-in, and why; NULL = it is the account's own */
	char *scratch; /* dry run: a folder with a copy of the journal; NULL otherwise */
	GPtrArray *connections; /* struct connection; none is open until account_connect */
	bool is_full;           /* --full */
	bool is_rebuild;        /* both sides are compared anew */
};

/*
 * Takes the lock, then opens the journal (account_journal.h). is_dry_run: a copy of the journal in
 * a scratch folder, so that nothing is written. BUSY: another instance holds the account. STORAGE
 * as journal_open.
 */
struct account *account_open(const struct account_config *config, bool is_dry_run, GError **error);
/*
 * To look at the remote while another instance may be at work: without the lock, the journal only
 * read (NULL where there is none that can be).
 */
struct account *account_open_to_look(const struct account_config *config);
/*
 * Fetches the secrets of every service that serves one of these parts, then opens the remotes of
 * those whose secrets are there; each connection tells by itself what failed.
 */
void account_read_secrets(struct account *self, const bool parts[HEALTH_PARTS], bool needs_token);
void account_connect(struct account *self, gint64 now);
/* The token of the person, of the service that has one and was connected; NULL = none. Lent. */
const char *account_token(const struct account *self);
/* The service of a part, connected or not; NULL where there is none. Lent. */
struct connection *account_connection(const struct account *self, enum part part);
void account_close(struct account *self);
DEFINE_OWNED(account, account_close);

/* The folder of a kind, as configured; NULL = not synchronised. */
const char *account_folder(const struct account_config *config, enum item_kind kind);
/* Is this part wanted at all (a folder, a direction that is not off, messages on, a profile)? */
bool account_has_part(const struct account_config *config, enum part part);
/* Seconds between two cycles of a part. */
gint64 account_interval(const struct account_config *config, enum part part);

/* The side of the files; in a dry run a folder that is not there is not made. */
struct endpoint *account_open_folder(const struct account *self, enum item_kind kind, gint64 now,
                                     GError **error);
/* The same of one collection: its folder, its name (NULL = none) and its part of the journal. */
struct endpoint *account_open_collection(const struct account *self, enum item_kind kind,
                                         const char *path, const char *name,
                                         struct journal *journal, gint64 now, GError **error);

#endif
