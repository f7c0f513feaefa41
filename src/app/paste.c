/* SPDX-License-Identifier: MIT */
/* A secret that a person types or pastes, or that comes through a pipe. */
#include "app/paste.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define LINE_BYTES 16384 /* blanks around the secret included */

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
static bool read_hidden(const char *prompt, char *line, gsize space)
{
	struct termios hidden = before;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON);
	hidden.c_iflag |= ICRNL;
	catch_signals(restore_and_end);
	signal(SIGTSTP, SIG_IGN); /* a stopped program would come back with the secret shown */
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	fputs(prompt, stderr);
	fflush(stderr);
	bool is_read = read_line(line, space);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	catch_signals(SIG_DFL);
	signal(SIGTSTP, SIG_DFL);
	fputc('\n', stderr);
	return is_read;
}

char *paste_read(const char *prompt, GError **error)
{
	char line[LINE_BYTES];
	const bool is_terminal = isatty(STDIN_FILENO) != 0 && tcgetattr(STDIN_FILENO, &before) == 0;
	const bool is_read =
		is_terminal ? read_hidden(prompt, line, sizeof line) : read_line(line, sizeof line);
	char *secret = is_read ? g_strdup(line) : NULL;
	explicit_bzero(line, sizeof line);
	if (secret == NULL) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		                    "that is no token: the line is too long");
	}
	return secret;
}
