/* SPDX-License-Identifier: MIT */
/* The person's own commands that are told something at the end of a cycle. */
#include "app/hooks.h"

#include "app/config_options.h"
#include "app/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MESSAGE_BYTES (4 * 1024 * 1024) /* of what a hook is told: changes.h says 1 MB at most */
#define TICK_MS       100               /* how soon an interruption is seen */
#define WISH_TYPE     "(sa(ss)s)"       /* option; name and value of each variable; input */
#define ANSWER_TYPE   "(is)"            /* code of struct GError, -1 = all well; its message */
#define ALL_WELL      (-1)

static int channel = -1; /* to the process outside; -1 = there is none */
static pid_t outside = -1;

/* ---- both sides: a length, then a GVariant ---- */

static bool write_all(int file, const void *data, gsize size)
{
	const char *at = data;
	while (size > 0) {
		const gssize written = send(file, at, size, MSG_NOSIGNAL);
		if (written < 0 && errno != EINTR) {
			return false;
		}
		at += MAX(written, 0);
		size -= (gsize)MAX(written, 0);
	}
	return true;
}

/* False: it ended, or this process is interrupted. */
static bool read_all(int file, void *data, gsize size)
{
	char *at = data;
	while (size > 0 && !interrupt_is_raised()) {
		GPollFD wait = {file, G_IO_IN | G_IO_HUP, 0};
		if (g_poll(&wait, 1, TICK_MS) <= 0) {
			continue;
		}
		const gssize got = recv(file, at, size, MSG_DONTWAIT);
		if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) {
			return false;
		}
		at += MAX(got, 0);
		size -= (gsize)MAX(got, 0);
	}
	return size == 0;
}

static bool send_message(int file, GVariant *floating)
{
	g_autoptr(GVariant) message = g_variant_ref_sink(floating);
	const guint32 size = (guint32)MIN(g_variant_get_size(message), G_MAXUINT32);
	return size <= MESSAGE_BYTES && write_all(file, &size, sizeof size) &&
	       write_all(file, g_variant_get_data(message), size);
}

/* GVariant takes any bytes as some value of the type. */
static GVariant *receive_message(int file, const char *type)
{
	guint32 size = 0;
	if (!read_all(file, &size, sizeof size) || size > MESSAGE_BYTES) {
		return NULL;
	}
	g_autofree char *data = g_malloc(MAX(size, 1));
	if (!read_all(file, data, size)) {
		return NULL;
	}
	g_autoptr(GBytes) bytes = g_bytes_new_take(g_steal_pointer(&data), size);
	return g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(type), bytes, FALSE));
}

/* ---- the process outside ---- */

static bool is_hook(const struct option *option)
{
	return option->section == SECTION_ACCOUNT && g_str_has_prefix(option->name, "on_") &&
	       g_str_has_suffix(option->name, "_command");
}

/* NULL: no such hook, or the account has none. Lent. */
static const char *line_of(const struct account_config *account, const char *name)
{
	const struct option *option = option_find(SECTION_ACCOUNT, name);
	return option != NULL && is_hook(option)
	               ? G_STRUCT_MEMBER(const char *, account, option->offset)
	               : NULL;
}

static bool run_wish(const struct account_config *account, GVariant *wish, GError **error)
{
	const char *name = NULL, *variable = NULL, *value = NULL, *input = NULL;
	g_autoptr(GVariantIter) pairs = NULL;
	g_autoptr(GPtrArray) environment = g_ptr_array_new();
	g_variant_get(wish, "(&sa(ss)&s)", &name, &pairs, &input);
	while (g_variant_iter_next(pairs, "(&s&s)", &variable, &value)) {
		if (g_str_has_prefix(variable, "PASSERELLE_")) { /* never LD_PRELOAD and its like */
			g_ptr_array_add(environment, (gpointer)variable);
			g_ptr_array_add(environment, (gpointer)value);
		}
	}
	g_ptr_array_add(environment, NULL);
	const struct shell_command command = {.option = name,
	                                      .account = account->name,
	                                      .line = line_of(account, name),
	                                      .environment =
	                                              (const char *const *)environment->pdata,
	                                      .input = input};
	if (command.line == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "the account has no hook \"%s\"", name);
		return false;
	}
	return shell_command_run(&command, error);
}

static void serve(const struct account_config *account, int file)
{
	while (!interrupt_is_raised()) {
		g_autoptr(GVariant) wish = receive_message(file, WISH_TYPE);
		g_autoptr(GError) error = NULL;
		if (wish == NULL) {
			break;
		}
		const bool is_done = run_wish(account, wish, &error);
		GVariant *answer =
			g_variant_new(ANSWER_TYPE, is_done ? ALL_WELL : (gint32)error->code,
		                      is_done ? "" : error->message);
		if (!send_message(file, answer)) {
			break;
		}
	}
}

/* The service waits for the end of what the cycle prints, not of what a hook leaves behind. */
static void let_go_of_output(void)
{
	const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nowhere >= 0) {
		dup2(nowhere, STDIN_FILENO);
		dup2(nowhere, STDOUT_FILENO);
		close(nowhere);
	}
}

static _Noreturn void live_outside(const struct account_config *account, int file, pid_t cycle)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	let_go_of_output();
	if (getppid() == cycle) { /* not dead before that was set */
		serve(account, file);
	}
	_exit(0);
}

/* ---- the cycle's side ---- */

static bool has_hook(const struct account_config *account)
{
	for (const struct option *option = config_options; option->name != NULL; option++) {
		if (is_hook(option) && line_of(account, option->name) != NULL) {
			return true;
		}
	}
	return false;
}

static bool part_off(const struct account_config *account)
{
	int ends[2];
	const pid_t cycle = getpid();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		return false;
	}
	outside = fork();
	if (outside == 0) {
		close(ends[0]);
		live_outside(account, ends[1], cycle);
	}
	close(ends[1]);
	channel = ends[0];
	if (outside < 0) {
		const int reason = errno;
		close(ends[0]);
		channel = -1;
		errno = reason;
	}
	return outside >= 0;
}

bool hooks_start(const struct account_config *account, GError **error)
{
	if (!has_hook(account) || part_off(account)) {
		return true;
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
	            "cannot start a process for your commands: %s", g_strerror(errno));
	return false;
}

void hooks_end(void)
{
	if (channel < 0) {
		return;
	}
	close(channel);
	channel = -1;
	if (interrupt_is_raised()) {
		kill(outside, SIGTERM);
	}
	while (waitpid(outside, NULL, 0) < 0 && errno == EINTR) {
	}
	outside = -1;
}

static GVariant *wish_of(const struct shell_command *command)
{
	GVariantBuilder pairs;
	g_variant_builder_init(&pairs, G_VARIANT_TYPE("a(ss)"));
	const char *const *pair = command->environment;
	for (; pair != NULL && pair[0] != NULL; pair += 2) {
		g_autofree char *value = g_utf8_make_valid(pair[1], -1);
		g_variant_builder_add(&pairs, "(ss)", pair[0], value);
	}
	g_autofree char *input =
		g_utf8_make_valid(command->input != NULL ? command->input : "", -1);
	return g_variant_new(WISH_TYPE, command->option, &pairs, input);
}

static bool ask_outside(const struct shell_command *command, GError **error)
{
	const char *message = NULL;
	gint32 code = ALL_WELL;
	g_autoptr(GVariant) answer = send_message(channel, wish_of(command))
	                                     ? receive_message(channel, ANSWER_TYPE)
	                                     : NULL;
	if (answer == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CANCELLED, "%s: %s",
		            command->option,
		            interrupt_is_raised() ? "interrupted" : "its process is gone");
		return false;
	}
	g_variant_get(answer, "(i&s)", &code, &message);
	if (code != ALL_WELL) {
		g_set_error_literal(error, PASSERELLE_ERROR, code, message);
	}
	return code == ALL_WELL;
}

bool hooks_run(const struct shell_command *command, GError **error)
{
	return channel >= 0 ? ask_outside(command, error) : shell_command_run(command, error);
}
