/* SPDX-License-Identifier: MIT */
/* The child that waits for mail: the service itself never reads from the network. */
#ifndef PASSERELLE_APP_MAIL_WAIT_H
#define PASSERELLE_APP_MAIL_WAIT_H

#include "app/exit_status.h"
#include "endpoint/driver.h"

/* What it writes, a byte at a time. */
#define MAIL_WAIT_NEWS  '!' /* something changed, or may have while nobody looked */
#define MAIL_WAIT_ALIVE '.' /* nothing did: so often at least, while it is well */

#define MAIL_WAIT_SECONDS (60 * 60)

/* From now on the end of input is a SIGTERM: whoever holds its other end has gone. */
void mail_wait_tie(int input);

/*
 * Waits for mail, and writes to output, until a signal raises *cancelled (EXIT_DONE), output has no
 * reader any more (EXIT_DONE), or it fails: EXIT_HELD: the service does not tell of mail;
 * EXIT_NEEDS_LOGIN, EXIT_BAD_CONFIG; EXIT_BAD_INPUT: the mailbox is not there; else EXIT_OFFLINE.
 * It does not try again: a new process does, with new secrets. All is lent.
 */
enum exit_status mail_wait(const struct remote_driver *driver, struct remote *remote,
                           const char *account, const volatile sig_atomic_t *cancelled, int output);

/* That end of an error, told in the log as far as the cycles do not. */
enum exit_status mail_wait_failed(const char *account, const GError *error);
/* The same before the service was asked: what could not be had here may be there the next time, as
 * when a key store is still locked. EXIT_BUSY instead of EXIT_BAD_CONFIG. */
enum exit_status mail_wait_failed_here(const char *account, const GError *error);

#endif
