/* SPDX-License-Identifier: MIT */
/* The child that waits for mail. */
#include "app/mail_wait.h"

#include "app/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

/* fcntl(2), F_SETSIG: so the waiting for the network need not know of another file. */
void mail_wait_tie(int input)
{
	struct pollfd end = {.fd = input, .events = POLLIN};
	fcntl(input, F_SETSIG, SIGTERM);
	fcntl(input, F_SETOWN, getpid());
	fcntl(input, F_SETFL, fcntl(input, F_GETFL) | O_ASYNC | O_NONBLOCK);
	if (poll(&end, 1, 0) != 0) {
		raise(SIGTERM); /* it came before */
	}
}

static bool tell(int output, char what)
{
	gssize written = 0;
	do {
		written = write(output, &what, 1);
	} while (written < 0 && errno == EINTR);
	return written == 1;
}

enum exit_status mail_wait_failed(const char *account, const GError *error)
{
	const struct log_about about = {account, "messages", NULL};
	if (passerelle_error_is(error, PASSERELLE_ERROR_UNSUPPORTED)) {
		log_tell(LOG_LEVEL_INFO, &about, "%s: asked now and then", error->message);
		return EXIT_HELD;
	}
	/* The cycles meet the same, and tell the person of it. */
	log_tell(LOG_LEVEL_DEBUG, &about, "waiting for mail: %s", error->message);
	const enum exit_status status = exit_status_of(error);
	return status == EXIT_HELD ? EXIT_OFFLINE : status;
}

enum exit_status mail_wait_failed_here(const char *account, const GError *error)
{
	const enum exit_status status = mail_wait_failed(account, error);
	return status == EXIT_BAD_CONFIG ? EXIT_BUSY : status;
}

enum exit_status mail_wait(const struct remote_driver *driver, struct remote *remote,
                           const char *account, const volatile sig_atomic_t *cancelled, int output)
{
	if (driver->await_mail == NULL) {
		return EXIT_HELD;
	}
	while (*cancelled == 0) {
		g_autoptr(GError) error = NULL;
		const bool has_news = driver->await_mail(remote, MAIL_WAIT_SECONDS, &error);
		if (*cancelled != 0) {
			break;
		}
		if (error != NULL) {
			return mail_wait_failed(account, error);
		}
		if (!tell(output, has_news ? MAIL_WAIT_NEWS : MAIL_WAIT_ALIVE)) {
			break;
		}
	}
	return EXIT_DONE;
}
