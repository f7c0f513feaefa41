/* SPDX-License-Identifier: MIT */
/* What must hold between the options of one account. */
#ifndef PASSERELLE_APP_CONFIG_CHECK_H
#define PASSERELLE_APP_CONFIG_CHECK_H

#include "app/config.h"

/* Appends a struct config_mistake, at the line of the account's heading, for all that does not. */
void config_check(const struct account_config *account, unsigned line, GPtrArray *mistakes);

#endif
