/* SPDX-License-Identifier: MIT */
/* The lines that passerelle check prints of one account, for the files that look. */
#ifndef PASSERELLE_APP_CHECK_H
#define PASSERELLE_APP_CHECK_H

#include "app/config.h"
#include "app/exit_status.h"

struct checker {
	const struct account_config *config;
	enum exit_status status; /* the worst so far */
	bool is_quiet;           /* problems only */
};

void check_tell_ok(const struct checker *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
void check_tell_problem(struct checker *self, enum exit_status status, const char *text);

/* Asks the remote about each part that is wanted; nothing is written anywhere. */
void check_online(struct checker *self);

#endif
