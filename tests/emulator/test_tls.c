/* SPDX-License-Identifier: MIT */
/* Https with the self-made certificate, seen by a TLS client that verifies. */
#include "emulator/wire.h"

#include <gnutls/gnutls.h>
#include <glib/gstdio.h>

struct tls {
	gnutls_session_t session;
	gnutls_certificate_credentials_t trust;
	int wire;
};

/* The result of the handshake, which verifies the server as host. */
static int tls_open(struct tls *self, const struct emulator *server, const char *host)
{
	self->wire = wire_connect(server);
	gnutls_certificate_allocate_credentials(&self->trust);
	ck_assert_int_eq(gnutls_certificate_set_x509_trust_file(
				 self->trust, emulator_ca_file(server), GNUTLS_X509_FMT_PEM),
	                 1);
	gnutls_init(&self->session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
	gnutls_set_default_priority(self->session);
	gnutls_credentials_set(self->session, GNUTLS_CRD_CERTIFICATE, self->trust);
	gnutls_session_set_verify_cert(self->session, host, 0);
	gnutls_transport_set_int(self->session, self->wire);
	int code;
	do {
		code = gnutls_handshake(self->session);
	} while (code < 0 && !gnutls_error_is_fatal(code));
	return code;
}

static void tls_close(struct tls *self)
{
	gnutls_deinit(self->session);
	gnutls_certificate_free_credentials(self->trust);
	close(self->wire);
}

/* Everything until the server closes or has sent the last element. */
static char *tls_ask(struct tls *self, struct emulator *server)
{
	g_autofree char *token = emulator_new_token(server);
	g_autofree char *good = wire_good_credentials();
	g_autofree char *address =
		wire_address(CONTACTS, token, "action", "addcontact", "lastname", "A", NULL);
	g_autofree char *text =
		g_strdup_printf("GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", address, good);
	ck_assert_int_gt(gnutls_record_send(self->session, text, strlen(text)), 0);
	GString *reply = g_string_new(NULL);
	char piece[4096];
	while (strstr(reply->str, "</xpage>") == NULL) {
		ssize_t size = gnutls_record_recv(self->session, piece, sizeof piece);
		if (size == GNUTLS_E_AGAIN || size == GNUTLS_E_INTERRUPTED) {
			continue;
		}
		if (size <= 0) {
			break;
		}
		g_string_append_len(reply, piece, size);
	}
	return g_string_free(reply, FALSE);
}

static char *make_folder(void)
{
	char *folder = g_dir_make_tmp("emulator-XXXXXX", NULL);
	ck_assert_ptr_nonnull(folder);
	return folder;
}

static void remove_folder(const char *folder)
{
	static const char *const names[] = {"ca.pem", "server.pem", "server.key"};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(folder, names[i], NULL);
		g_unlink(path);
	}
	ck_assert_int_eq(g_rmdir(folder), 0);
}

START_TEST(the_certificate_is_good_for_the_three_names_of_this_machine)
{
	static const char *const hosts[] = {"localhost", "127.0.0.1", "::1"};
	g_autofree char *folder = make_folder();
	OWNED(emulator) server = wire_start((struct emulator_options){.tls_self_signed = folder});
	for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
		struct tls tls;
		int code = tls_open(&tls, server, hosts[i]);
		ck_assert_msg(code == 0, "%s: %s", hosts[i], gnutls_strerror(code));
		g_autofree char *reply = tls_ask(&tls, server);
		ck_assert_ptr_nonnull(strstr(reply, "<result>0</result>"));
		tls_close(&tls);
	}
	struct tls other;
	ck_assert_int_lt(tls_open(&other, server, "example.org"), 0);
	tls_close(&other);
	remove_folder(folder);
}
END_TEST

START_TEST(closed_over_tls_is_closed_without_a_byte_of_a_reply)
{
	static const struct {
		const char *fault;
		unsigned writes;
	} cases[] = {{"addcontact:1:closed-before", 0}, {"addcontact:1:closed-after", 1}};
	g_autofree char *folder = make_folder();
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *const faults[] = {cases[i].fault, NULL};
		OWNED(emulator)
		server = wire_start(
			(struct emulator_options){.tls_self_signed = folder, .faults = faults});
		struct tls tls;
		ck_assert_int_eq(tls_open(&tls, server, "localhost"), 0);
		g_autofree char *reply = tls_ask(&tls, server);
		ck_assert_str_eq(reply, "");
		tls_close(&tls);
		ck_assert_uint_eq(emulator_count_writes(server, NULL), cases[i].writes);
	}
	remove_folder(folder);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		the_certificate_is_good_for_the_three_names_of_this_machine,
		closed_over_tls_is_closed_without_a_byte_of_a_reply,
	};
	return wire_run("tls", tests, G_N_ELEMENTS(tests));
}
