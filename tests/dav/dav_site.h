/* SPDX-License-Identifier: MIT */
/* A site that says at each of its paths what a test wants. */
#ifndef TESTS_DAV_DAV_SITE_H
#define TESTS_DAV_DAV_SITE_H

#include "dav/dav_server.h"
#include "remotes/dav/discovery.h"

/* What a server says at a path: "STATUS[ LOCATION]", or the inside of a multistatus. */
struct place {
	const char *path, *says;
};

struct site {
	struct canned canned;
	struct account account;
	const struct place *places;
	struct dav_session *session;
};

static inline char *answer_place(void *data, const char *request, unsigned number)
{
	const struct site *self = data;
	(void)number;
	g_auto(GStrv) words = g_strsplit(request, " ", 3);
	for (const struct place *place = self->places; place->path != NULL; place++) {
		if (strcmp(place->path, words[1]) != 0) {
			continue;
		}
		if (g_ascii_isdigit(place->says[0])) {
			g_autofree char *location =
				strlen(place->says) > 4
					? g_strdup_printf("Location: %s\r\n", place->says + 4)
					: g_strdup("");
			return canned_http((unsigned)atoi(place->says), location, "");
		}
		g_autofree char *body =
			g_strconcat(MULTISTATUS, place->says, "</D:multistatus>", NULL);
		return canned_http(207, "", body);
	}
	return canned_http(404, "", "");
}

static inline void site_start(struct site *self, const struct place *places, const char *path)
{
	memset(self, 0, sizeof *self);
	self->places = places;
	canned_listen(&self->canned, answer_place, self);
	canned_start(&self->canned);
	account_init(&self->account, self->canned.port);
	account_open(&self->account, JOURNAL_CREATE);
	char *address = g_strconcat(self->account.endpoint, path, NULL);
	g_free(self->account.endpoint);
	self->account.endpoint = address;
	self->account.settings.endpoint = address;
	self->account.settings.user = "user";
	self->account.settings.password = "secret";
	self->session = dav_session_open(&self->account.settings, ITEM_CONTACT,
	                                 self->account.journal, NULL);
	ck_assert_ptr_nonnull(self->session);
}

static inline void site_stop(struct site *self)
{
	dav_session_close(self->session);
	canned_stop(&self->canned);
	account_clear(&self->account);
}

#define RESPONSE(path, inside)                                                                     \
	"<D:response><D:href>" path "</D:href><D:propstat><D:prop>" inside                         \
	"</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
#define PRINCIPAL(path)                                                                            \
	"<D:current-user-principal><D:href>" path "</D:href></D:current-user-principal>"
#define HOMES(path) "<A:addressbook-home-set><D:href>" path "</D:href></A:addressbook-home-set>"
#define CARDS(path)                                                                                \
	RESPONSE(path, "<D:resourcetype><D:collection/><A:addressbook/></D:resourcetype>")
#define FOLDER(path) RESPONSE(path, "<D:resourcetype><D:collection/></D:resourcetype>")

#endif
