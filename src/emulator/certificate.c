/* SPDX-License-Identifier: MIT */
/* A certificate for this machine's own names, to try https with. */
#include "emulator/certificate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <time.h>

#define DAY      (24 * 60 * 60)
#define LIFETIME (30 * DAY)

static bool has_failed(int code, GError **error)
{
	if (code >= 0) {
		return false;
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
	            "cannot make a certificate: %s", gnutls_strerror(code));
	return true;
}

static bool keep(const char *folder, const char *name, const gnutls_datum_t *text, int mode,
                 GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autoptr(GError) reason = NULL;
	if (!g_file_set_contents_full(path, (const char *)text->data, text->size,
	                              G_FILE_SET_CONTENTS_CONSISTENT, mode, &reason)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE, "%s",
		            reason->message);
		return false;
	}
	return true;
}

/* Is there a set, and will the certificate last the day? */
static bool is_there(const char *folder)
{
	static const char *const names[] = {"ca.pem", "server.pem", "server.key"};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(folder, names[i], NULL);
		if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
			return false;
		}
	}
	g_autofree char *path = g_build_filename(folder, "server.pem", NULL);
	g_autofree char *text = NULL;
	gsize size;
	gnutls_x509_crt_t certificate;
	if (!g_file_get_contents(path, &text, &size, NULL) ||
	    gnutls_x509_crt_init(&certificate) < 0) {
		return false;
	}
	const gnutls_datum_t datum = {(unsigned char *)text, (unsigned)size};
	bool is_good = gnutls_x509_crt_import(certificate, &datum, GNUTLS_X509_FMT_PEM) >= 0 &&
	               gnutls_x509_crt_get_expiration_time(certificate) > time(NULL) + DAY;
	gnutls_x509_crt_deinit(certificate);
	return is_good;
}

static int describe(gnutls_x509_crt_t certificate, const char *name, gnutls_x509_privkey_t key,
                    unsigned usage, bool is_authority)
{
	const guint64 serial = ((guint64)g_random_int() << 31) | (g_random_int() >> 1) | 1;
	int code = gnutls_x509_crt_set_version(certificate, 3);
	code = code < 0 ? code : gnutls_x509_crt_set_serial(certificate, &serial, sizeof serial);
	code = code < 0 ? code : gnutls_x509_crt_set_activation_time(certificate, time(NULL) - DAY);
	code = code < 0 ? code
	                : gnutls_x509_crt_set_expiration_time(certificate, time(NULL) + LIFETIME);
	code = code < 0 ? code
	                : gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0,
	                                                name, (unsigned)strlen(name));
	code = code < 0 ? code : gnutls_x509_crt_set_key(certificate, key);
	code = code < 0 ? code : gnutls_x509_crt_set_key_usage(certificate, usage);
	code = code < 0 ? code
	                : gnutls_x509_crt_set_basic_constraints(certificate, is_authority, -1);
	return code;
}

/* RFC 5280, 4.2.1.6: an address stands as its bytes. */
static int add_names(gnutls_x509_crt_t certificate)
{
	struct in_addr four;
	struct in6_addr six;
	inet_pton(AF_INET, "127.0.0.1", &four);
	inet_pton(AF_INET6, "::1", &six);
	int code = gnutls_x509_crt_set_subject_alt_name(
		certificate, GNUTLS_SAN_DNSNAME, "localhost", strlen("localhost"), GNUTLS_FSAN_SET);
	code = code < 0 ? code
	                : gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS,
	                                                       &four, sizeof four,
	                                                       GNUTLS_FSAN_APPEND);
	code = code < 0
	               ? code
	               : gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS,
	                                                      &six, sizeof six, GNUTLS_FSAN_APPEND);
	return code < 0 ? code
	                : gnutls_x509_crt_set_key_purpose_oid(certificate, GNUTLS_KP_TLS_WWW_SERVER,
	                                                      0);
}

/* An authority and what it signs; all four handles are of the caller. */
struct pair {
	gnutls_x509_privkey_t ca_key, key;
	gnutls_x509_crt_t ca, certificate;
};

static int fill(struct pair *pair)
{
	int code = gnutls_x509_privkey_generate(
		pair->ca_key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	code = code < 0 ? code
	                : gnutls_x509_privkey_generate(
				  pair->key, GNUTLS_PK_ECDSA,
				  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	code = code < 0 ? code
	                : describe(pair->ca, "passerelle-emulator", pair->ca_key,
	                           GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN, true);
	code = code < 0 ? code
	                : gnutls_x509_crt_sign2(pair->ca, pair->ca, pair->ca_key, GNUTLS_DIG_SHA256,
	                                        0);
	code = code < 0 ? code
	                : describe(pair->certificate, "localhost", pair->key,
	                           GNUTLS_KEY_DIGITAL_SIGNATURE, false);
	code = code < 0 ? code : add_names(pair->certificate);
	return code < 0 ? code
	                : gnutls_x509_crt_sign2(pair->certificate, pair->ca, pair->ca_key,
	                                        GNUTLS_DIG_SHA256, 0);
}

static bool keep_pair(const struct pair *pair, const char *folder, GError **error)
{
	gnutls_datum_t ca = {NULL, 0}, certificate = {NULL, 0}, key = {NULL, 0};
	bool is_kept =
		!has_failed(gnutls_x509_crt_export2(pair->ca, GNUTLS_X509_FMT_PEM, &ca), error) &&
		!has_failed(gnutls_x509_crt_export2(pair->certificate, GNUTLS_X509_FMT_PEM,
	                                            &certificate),
	                    error) &&
		!has_failed(gnutls_x509_privkey_export2(pair->key, GNUTLS_X509_FMT_PEM, &key),
	                    error) &&
		keep(folder, "server.key", &key, 0600, error) &&
		keep(folder, "server.pem", &certificate, 0644, error) &&
		keep(folder, "ca.pem", &ca, 0644, error);
	gnutls_free(ca.data);
	gnutls_free(certificate.data);
	gnutls_free(key.data);
	return is_kept;
}

bool emu_certificate_make(const char *folder, GError **error)
{
	if (g_mkdir_with_parents(folder, 0700) != 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
		            "cannot make \"%s\": %s", folder, g_strerror(errno));
		return false;
	}
	if (is_there(folder)) {
		return true;
	}
	struct pair pair;
	gnutls_x509_privkey_init(&pair.ca_key);
	gnutls_x509_privkey_init(&pair.key);
	gnutls_x509_crt_init(&pair.ca);
	gnutls_x509_crt_init(&pair.certificate);
	bool is_made = !has_failed(fill(&pair), error) && keep_pair(&pair, folder, error);
	gnutls_x509_crt_deinit(pair.certificate);
	gnutls_x509_crt_deinit(pair.ca);
	gnutls_x509_privkey_deinit(pair.key);
	gnutls_x509_privkey_deinit(pair.ca_key);
	return is_made;
}
