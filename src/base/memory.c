/* SPDX-License-Identifier: MIT */
/* Memory that is there, or the program is not. */
#include "base/memory.h"

#include <glib.h>

void *memory_allocate(size_t size)
{
	return g_malloc(MAX(size, 1));
}

void *memory_allocate_zeroed(size_t count, size_t size)
{
	return g_malloc0_n(MAX(count, 1), MAX(size, 1));
}

void *memory_resize(void *memory, size_t size)
{
	return g_realloc(memory, MAX(size, 1));
}
