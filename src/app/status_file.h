/* SPDX-License-Identifier: MIT */
/* The status file of an account, replaced as a whole. */
#ifndef PASSERELLE_APP_STATUS_FILE_H
#define PASSERELLE_APP_STATUS_FILE_H

#include "app/config.h"
#include "status/document.h"

/* What stands there; a new document where there is none that can be read. */
struct status_document *status_file_read(const struct account_config *config);
/* Its folder is made. STORAGE. */
bool status_file_write(const struct account_config *config, const struct status_document *document,
                       GError **error);

#endif
