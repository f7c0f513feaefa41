/* SPDX-License-Identifier: MIT */
/* passerelle login: store the token of an account. */
#include "app/command.h"
#include "app/secrets.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define TOKEN_BYTES 16384 /* the line of a paste, blanks around it included */

static const char usage[] = "ACCOUNT --paste";
static const char summary[] =
	"Store the token of an account: pasted at a prompt that does not show it, or from a pipe.";

static struct termios before; /* for the handler: what the terminal was like */

static void restore_and_end(int number)
{
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	signal(number, SIG_DFL);
	raise(number);
}

static void catch_signals(void (*handler)(int))
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
		signal(numbers[i], handler);
	}
}

/* One byte at a time: what stands behind the line is not ours. */
static bool read_line(char *line, gsize space)
{
	gsize length = 0;
	while (length + 1 < space) {
		gssize got = read(STDIN_FILENO, line + length, 1);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0 || line[length] == '\n') {
			break;
		}
		length++;
	}
	line[length] = '\0';
	return length + 1 < space;
}

/* The line discipline cuts a pasted line at 4,096 bytes unless it stands aside. */
static bool read_hidden(char *line, gsize space)
{
	struct termios hidden = before;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON);
	hidden.c_iflag |= ICRNL;
	catch_signals(restore_and_end);
	signal(SIGTSTP, SIG_IGN); /* a stopped program would come back with the token shown */
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	fputs("Paste the token and press Enter (it is not shown): ", stderr);
	fflush(stderr);
	bool is_read = read_line(line, space);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	catch_signals(SIG_DFL);
	signal(SIGTSTP, SIG_DFL);
	fputc('\n', stderr);
	return is_read;
}

static enum exit_status paste(const struct account_config *config)
{
	g_autoptr(GError) error = NULL;
	char line[TOKEN_BYTES];
	bool is_terminal = isatty(STDIN_FILENO) != 0 && tcgetattr(STDIN_FILENO, &before) == 0;
	bool is_read = is_terminal ? read_hidden(line, sizeof line) : read_line(line, sizeof line);
	if (!is_read) {
		g_set_error_literal(&error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		                    "that is no token: the line is too long");
	} else {
		secrets_store_token(config->name, line, &error);
	}
	explicit_bzero(line, sizeof line);
	return error == NULL ? EXIT_DONE : command_failed(config->name, error);
}

enum exit_status command_login(struct invocation *invocation, int argc, char **argv)
{
	gboolean is_paste = FALSE;
	const GOptionEntry entries[] = {
		{"paste", 0, 0, G_OPTION_ARG_NONE, &is_paste,
	         "Read the token from the terminal or from a pipe", NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_auto(GStrv) words = NULL;
	enum exit_status status = EXIT_DONE;
	if (!command_options(entries, usage, summary, argc, argv, &words, &status)) {
		return status;
	}
	if (words[0] == NULL || words[1] != NULL || !is_paste) {
		return command_misused("login takes one account and --paste");
	}
	const struct account_config *config = command_account(invocation, words[0]);
	if (config == NULL) {
		return EXIT_BAD_USAGE;
	}
	status = paste(config);
	if (status == EXIT_DONE && invocation->verbosity >= 0) {
		printf("%s: the token is stored\n", config->name);
	}
	return status;
}
