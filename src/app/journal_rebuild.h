/* SPDX-License-Identifier: MIT */
/* passerelle journal rebuild: compares both sides anew, so that sending may go on. */
#ifndef PASSERELLE_APP_JOURNAL_REBUILD_H
#define PASSERELLE_APP_JOURNAL_REBUILD_H

#include "app/config.h"
#include "app/exit_status.h"

enum exit_status journal_rebuild(const struct account_config *config, bool is_quiet);

#endif
