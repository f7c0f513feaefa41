/* SPDX-License-Identifier: MIT */
/*
 * Memory for libraries that would go on with a part of their work when there is none left (a
 * request without a field, a reply without its end): like GLib's, it ends the program. A size of 0
 * gives memory too.
 */
#ifndef PASSERELLE_BASE_MEMORY_H
#define PASSERELLE_BASE_MEMORY_H

#include <stddef.h>

void *memory_allocate(size_t size);
void *memory_allocate_zeroed(size_t count, size_t size);
void *memory_resize(void *memory, size_t size);

#endif
