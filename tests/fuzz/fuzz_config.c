/* SPDX-License-Identifier: MIT */
/* Any bytes as a configuration: read, or refused in words. */
#include "app/config.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>

const guint fuzz_passes = 1;

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GError) error = NULL;
	OWNED(config) config = config_parse((const char *)data, size, "fuzz", &error);
	if ((config == NULL) != (error != NULL)) {
		abort();
	}
	return 0;
}
