/* SPDX-License-Identifier: MIT */
/* Requests of WebDAV in batches; the only place from which a write can leave for a DAV server. */
#ifndef PASSERELLE_REMOTES_DAV_SESSION_H
#define PASSERELLE_REMOTES_DAV_SESSION_H

#include "endpoint/driver.h"
#include "journal/ledger.h"
#include "remotes/dav/request.h"

struct dav_session;
/* All lent. journal NULL: nothing is remembered, nothing can be written. CONFIG. */
struct dav_session *dav_session_open(const struct remote_settings *settings, enum item_kind kind,
                                     struct journal *journal, GError **error);
void dav_session_close(struct dav_session *self);
const struct remote_settings *dav_session_settings(const struct dav_session *self);
struct journal *dav_session_journal(const struct dav_session *self);
enum item_kind dav_session_kind(const struct dav_session *self);
/* The configured address, canonical; NULL = none, or none that is one. */
const char *dav_session_address(const struct dav_session *self);
/* UTC seconds, of the start of the cycle and what passed since; a clock that jumps does not show.
 */
gint64 dav_session_now(const struct dav_session *self);

/*
 * Reads, and what makes no item, in parallel; each answered on its own. Once one says AUTH or
 * CANCELLED the rest are not started and bear that error; nor are they once none of several was
 * answered, or the server asks to wait. False: that error, or every single one failed for NETWORK
 * and none by an answer of its own (see dav_request_is_heard).
 */
bool dav_session_read(struct dav_session *self, GPtrArray *requests, const char *progress_word,
                      GError **error);
/* One of them alone; what it fails for is the error, too. */
bool dav_session_read_one(struct dav_session *self, struct dav_request *request, GError **error);

/*
 * Writes, by the ledger of journal: rows[i] (struct ledger_call, NEW, with its content) belongs to
 * requests[i]. Announces all of a part durably in one commit, sends them in parallel, settles them
 * durably in one commit. collection: a PUT that is done gets its ref there for a result, by its
 * Location where it has one; one that is answered without a mark of what was stored stays IN_DOUBT
 * until it is read back. Not inside an open journal_begin. False as above; STORAGE: nothing more
 * was sent.
 */
bool dav_session_write(struct dav_session *self, struct journal *journal, const char *collection,
                       GPtrArray *requests, GPtrArray *rows, const char *progress_word,
                       GError **error);

#endif
