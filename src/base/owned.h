/* SPDX-License-Identifier: MIT */
/* g_autoptr for plain structs: "OWNED(contact) person = contact_new();" is freed at the end of its
 * scope. */
#ifndef PASSERELLE_BASE_OWNED_H
#define PASSERELLE_BASE_OWNED_H

#include <glib.h>

#define OWNED(type) __attribute__((cleanup(type##_cleanup))) struct type *

/* Beside the declaration of free_function, which accepts NULL. */
#define DEFINE_OWNED(type, free_function)                                                          \
	static inline void type##_cleanup(struct type **pointer)                                   \
	{                                                                                          \
		free_function(*pointer);                                                           \
	}                                                                                          \
	struct type

#endif
