/* SPDX-License-Identifier: MIT */
/* What a cycle of the service may touch and use up. */
#include "app/confine.h"

#include "app/account.h"
#include "app/landlock.h"
#include "app/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * What the C library, its name services and OpenSSL read while they work. /etc as a whole: files
 * there are replaced by others of the same name while a cycle runs, and a rule stays with the old
 * one. None of these is a person's own.
 */
static const struct {
	const char *path;
	enum landlock_use use;
} HOST[] = {
	{"/usr", LANDLOCK_USE_READ},
	{"/lib", LANDLOCK_USE_READ},
	{"/lib64", LANDLOCK_USE_READ},
	{"/etc", LANDLOCK_USE_READ},
	{"/nix/store", LANDLOCK_USE_READ},
	{"/gnu/store", LANDLOCK_USE_READ},
	{"/run/systemd/resolve", LANDLOCK_USE_READ},
	{"/run/NetworkManager", LANDLOCK_USE_READ},
	{"/run/resolvconf", LANDLOCK_USE_READ},
	{"/run/nscd", LANDLOCK_USE_READ},
	{"/var/cache/nscd", LANDLOCK_USE_READ},
	{"/var/lib/sss", LANDLOCK_USE_READ},
	{"/var/lib/ca-certificates", LANDLOCK_USE_READ},
	{"/dev/null", LANDLOCK_USE_DEVICE},
	{"/dev/urandom", LANDLOCK_USE_READ},
	{"/dev/random", LANDLOCK_USE_READ},
#if defined(HAS_ADDRESS_SANITIZER)
	{"/proc", LANDLOCK_USE_READ}, /* it looks for leaks in its own memory */
#endif
};

/* Variables that name a file or a folder which those libraries read. */
static const char *const VARIABLES[] = {"SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF", "TZDIR"};

struct rules {
	int file;
	int version;
	int problem; /* errno of the first rule that was refused; 0 = none */
};

static void allow(struct rules *self, const char *path, enum landlock_use use)
{
	if (!landlock_allow(self->file, self->version, path, use) && self->problem == 0) {
		self->problem = errno;
	}
}

/* ---- the host ---- */

static int allow_library(struct dl_phdr_info *object, size_t size, void *data)
{
	(void)size;
	const char *path = object->dlpi_name;
	if (path[0] == '/' && !g_str_has_prefix(path, "/usr/") && !g_str_has_prefix(path, "/lib")) {
		g_autofree char *folder = g_path_get_dirname(path);
		allow(data, folder, LANDLOCK_USE_READ);
	}
	return 0;
}

/* It may lie anywhere, and is replaced when the network changes. */
static void allow_resolver(struct rules *self)
{
	g_autofree char *path = realpath("/etc/resolv.conf", NULL);
	g_autofree char *folder = path != NULL ? g_path_get_dirname(path) : NULL;
	if (folder != NULL && strcmp(folder, "/") != 0) {
		allow(self, folder, LANDLOCK_USE_READ);
	}
}

static void allow_host(struct rules *self)
{
	for (gsize i = 0; i < G_N_ELEMENTS(HOST); i++) {
		allow(self, HOST[i].path, HOST[i].use);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(VARIABLES); i++) {
		const char *path = g_getenv(VARIABLES[i]);
		if (path != NULL && path[0] == '/') {
			allow(self, path, LANDLOCK_USE_READ);
		}
	}
	dl_iterate_phdr(allow_library, self);
	allow_resolver(self);
}

/* ---- the account ---- */

/*
 * One that is not there is made by the cycle, or not, by what its journal knows: the nearest folder
 * above it that is there takes its place, this once.
 */
static void allow_folder(struct rules *self, const char *path)
{
	g_autofree char *folder = g_strdup(path);
	while (!g_file_test(folder, G_FILE_TEST_EXISTS)) {
		char *above = g_path_get_dirname(folder);
		g_free(folder);
		folder = above;
	}
	allow(self, folder, LANDLOCK_USE_CHANGE);
}

/* The folder around it, for the temporary file and the exchange; where it is a link, also the
 * folder around what it leads to. */
static void allow_file(struct rules *self, const char *path)
{
	g_autofree char *target = realpath(path, NULL);
	const char *const ways[] = {path, target != NULL ? target : path};
	for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
		g_autofree char *folder = g_path_get_dirname(ways[i]);
		durable_make_folder(folder, 0700, NULL); /* the cycle tells what fails */
		allow(self, folder, LANDLOCK_USE_REPLACE);
		allow(self, ways[i], LANDLOCK_USE_READ);
	}
}

static void allow_account(struct rules *self, const struct account_config *account)
{
	g_autofree char *state = paths_state();
	g_autofree char *status = paths_status(account);
	const char *const files[] = {account->contacts_export, account->calendar_export,
	                             account->freebusy_export, account->profile, status};
	allow(self, state, LANDLOCK_USE_CHANGE);
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		if (account_folder(account, kind) != NULL) {
			allow_folder(self, account_folder(account, kind));
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
		if (files[i] != NULL) {
			allow_file(self, files[i]);
		}
	}
	const char *const proofs[] = {account->ca_file, account->client_certificate,
	                              account->client_key};
	for (gsize i = 0; i < G_N_ELEMENTS(proofs); i++) {
		if (proofs[i] != NULL) {
			allow(self, proofs[i], LANDLOCK_USE_READ);
		}
	}
}

/* account: nullable */
static bool enter(const struct account_config *account, int version, GError **error)
{
	struct rules rules = {landlock_open(version), version, 0};
	if (rules.file >= 0) {
		allow_host(&rules);
		if (account != NULL) {
			allow_account(&rules, account);
		}
	}
	if (rules.file < 0 || !landlock_enter(rules.file)) {
		rules.problem = errno;
	}
	if (rules.file >= 0) {
		close(rules.file);
	}
	if (rules.problem != 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
		            "the cycle is not confined as it should be: landlock: %s",
		            g_strerror(rules.problem));
	}
	return rules.problem == 0;
}

/* ---- limits ---- */

/* A sanitizer takes terabytes of addresses for its own. */
#if defined(HAS_ADDRESS_SANITIZER)
#define MEMORY_LIMIT RLIM64_INFINITY
#else
#define MEMORY_LIMIT CONFINE_MEMORY_BYTES
#endif

static const struct {
	int resource;
	guint64 limit;
} LIMITS[] = {
	{RLIMIT_DATA, MEMORY_LIMIT},
	{RLIMIT_CPU, CONFINE_CPU_SECONDS},
	{RLIMIT_FSIZE, CONFINE_FILE_BYTES},
	{RLIMIT_CORE, 0},
};

static bool set_limits(GError **error)
{
	signal(SIGXFSZ, SIG_IGN); /* the write fails then, and is told like a full disk */
	for (gsize i = 0; i < G_N_ELEMENTS(LIMITS); i++) {
		struct rlimit64 limit;
		if (getrlimit64(LIMITS[i].resource, &limit) == 0) {
			limit.rlim_max = MIN(limit.rlim_max, LIMITS[i].limit);
			limit.rlim_cur = MIN(limit.rlim_cur, LIMITS[i].limit);
		}
		if (setrlimit64(LIMITS[i].resource, &limit) != 0) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
			            "the cycle is not confined as it should be: limits: %s",
			            g_strerror(errno));
			return false;
		}
	}
	return true;
}

bool confine_cycle(const struct account_config *account, int version, GError **error)
{
	return (version == 0 || enter(account, version, error)) && set_limits(error);
}

/* ---- what is in force ---- */

#define PROBE_LANDLOCK 1
#define PROBE_LIMITS   2

static bool is_refused(int result)
{
	return result < 0 && errno == EACCES;
}

static bool has_limits(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(LIMITS); i++) {
		struct rlimit64 limit;
		if (getrlimit64(LIMITS[i].resource, &limit) != 0 ||
		    limit.rlim_cur > LIMITS[i].limit) {
			return false;
		}
	}
	return true;
}

/* In a process of its own, which ends: what it sees of itself. Everybody may read the root folder,
 * write there, and start a shell. */
static int probe(int version)
{
	static char shell[] = "/bin/sh", flag[] = "-c", line[] = "exit 0";
	char *const arguments[] = {shell, flag, line, NULL};
	int seen = set_limits(NULL) && has_limits() ? PROBE_LIMITS : 0;
	if (version > 0 && enter(NULL, version, NULL) &&
	    is_refused(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) &&
	    is_refused(open("/dev/full", O_WRONLY | O_CLOEXEC)) &&
	    is_refused(execv(shell, arguments))) {
		seen |= PROBE_LANDLOCK;
	}
	return seen;
}

static int probe_in_child(int version)
{
	const pid_t child = fork();
	int status = 0;
	if (child == 0) {
		_exit(probe(version));
	}
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
	}
	return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

char *confine_in_force(int version)
{
	const int seen = probe_in_child(version);
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	if ((seen & PROBE_LANDLOCK) != 0) {
		g_ptr_array_add(words, g_strdup_printf("landlock %d", version));
	}
	if ((seen & PROBE_LIMITS) != 0) {
		g_ptr_array_add(words, g_strdup("limits"));
	}
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) {
		g_ptr_array_add(words, g_strdup("no new privileges"));
	}
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2) {
		g_ptr_array_add(words, g_strdup("seccomp"));
	}
	g_ptr_array_add(words, NULL);
	g_autofree char *list = g_strjoinv(", ", (char **)words->pdata);
	return list[0] != '\0' ? g_strconcat("confined: ", list, NULL) : g_strdup("not confined");
}

char *confine_words_of_signal(int number)
{
	switch (number) {
	case SIGXCPU:
		return g_strdup_printf("it used more than %d minutes of CPU time",
		                       CONFINE_CPU_SECONDS / 60);
	case SIGTRAP:
	case SIGABRT:
		return g_strdup_printf("it gave up, as it does when it needs more than %d MB of "
		                       "memory (signal %d)",
		                       (int)(CONFINE_MEMORY_BYTES >> 20), number);
	case SIGKILL:
		return g_strdup("it was killed, as the kernel does when memory runs out");
	default:
		return g_strdup_printf("signal %d: %s", number, g_strsignal(number));
	}
}
