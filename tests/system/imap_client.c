/* SPDX-License-Identifier: MIT */
/*
 * The IMAP driver alone, for the test against a real server: "imap_client count|probe|await N
 * [MAILBOX…]". The account stands in the environment: IMAP_URL, IMAP_USER, IMAP_PASSWORD or
 * IMAP_BEARER, IMAP_CA.
 */
#include "remotes/imap/imap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t cancelled;

static void on_signal(int number)
{
	cancelled = number;
}

static int fail(const GError *error)
{
	printf("error %d: %s\n", error->code, error->message);
	return EXIT_FAILURE;
}

static int count(struct remote *remote)
{
	g_autoptr(GError) error = NULL;
	OWNED(mailbox) mailbox = imap_driver.read_mailbox(remote, &error);
	if (mailbox == NULL) {
		return fail(error);
	}
	printf("total %" G_GINT64_FORMAT "\nunread %" G_GINT64_FORMAT "\nshown %u\n",
	       mailbox->total, mailbox->unread, mailbox->latest->len);
	for (guint i = 0; i < mailbox->latest->len; i++) {
		const struct mail_summary *mail = g_ptr_array_index(mailbox->latest, i);
		printf("mail %s | %s | %" G_GINT64_FORMAT " | %s\n", mail->from, mail->subject,
		       mail->date, mail->id);
	}
	if (mailbox->problem != NULL) {
		printf("problem %s\n", mailbox->problem);
	}
	return EXIT_SUCCESS;
}

static int probe(struct remote *remote)
{
	g_autoptr(GPtrArray) findings = imap_driver.probe(remote, "messages");
	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(findings, i);
		printf("%s %s\n", finding->error == NULL ? "well" : "wrong",
		       finding->error == NULL ? finding->text : finding->error->message);
	}
	return EXIT_SUCCESS;
}

/* A line each time, until that many came; a lost connection is made again. */
static int await(struct remote *remote, int times)
{
	while (times > 0 && cancelled == 0) {
		g_autoptr(GError) error = NULL;
		if (imap_driver.await_mail(remote, 600, &error)) {
			puts("news");
			times--;
		} else if (error != NULL) {
			printf("error %d: %s\n", error->code, error->message);
			g_usleep(200 * 1000);
		}
		fflush(stdout);
	}
	puts(cancelled != 0 ? "stopped" : "done");
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	const char *const command = argc < 2 ? "" : argv[1];
	const bool is_await = strcmp(command, "await") == 0 && argc > 2;
	char *const *names = argv + (is_await ? 3 : 2);
	const struct remote_settings settings = {.account = "test",
	                                         .messages_url = getenv("IMAP_URL"),
	                                         .user = getenv("IMAP_USER"),
	                                         .password = getenv("IMAP_PASSWORD"),
	                                         .bearer = getenv("IMAP_BEARER"),
	                                         .ca_file = getenv("IMAP_CA"),
	                                         .mailboxes = names[0] == NULL ? NULL : names,
	                                         .timeout = 60,
	                                         .cancelled = &cancelled};
	const struct sigaction action = {.sa_handler = on_signal};
	g_autoptr(GError) error = NULL;
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	struct remote *remote = imap_driver.open(&settings, NULL, &error);
	if (remote == NULL) {
		return fail(error);
	}
	const int result = is_await                        ? await(remote, atoi(argv[2]))
	                   : strcmp(command, "probe") == 0 ? probe(remote)
	                                                   : count(remote);
	imap_driver.close(remote);
	return result;
}
