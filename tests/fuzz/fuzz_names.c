/* SPDX-License-Identifier: MIT */
/* Names of files from what a remote calls its items: each stays inside its folder, and two items
 * never share one. */
#include <string.h>

#include "base/durable.h"
#include "base/limits.h"
#include "fuzz/fuzz.h"
#include "stores/vdir_parts.h"

const guint fuzz_passes = 1;

static void check_name(const char *uid, enum item_kind kind)
{
	static const char allowed[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.+-";
	g_autofree char *name = vdir_safe_name(uid, kind);
	const gsize length = strlen(name);
	g_assert(length <= LIMIT_NAME_BYTES && strspn(name, allowed) == length);
	g_assert(name[0] != '.' && vdir_is_item_name(name, kind));
	g_assert(!durable_is_leftover(name));
	g_autofree char *again = vdir_safe_name(uid, kind);
	g_assert(strcmp(name, again) == 0);
}

/* A name that others gave: an item, what is left of one, or neither. */
static void check_found(const char *name)
{
	const bool is_card = vdir_is_item_name(name, ITEM_CONTACT);
	const bool is_event = vdir_is_item_name(name, ITEM_EVENT);
	g_assert(!(is_card && is_event));
	g_assert(!(is_card || is_event) || strchr(name, '/') == NULL);
	if (durable_is_leftover(name)) {
		g_assert(!is_card && !is_event);
		g_autofree char *item = vdir_leftover_of(name);
		g_assert(strlen(item) < strlen(name));
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autofree char *left = g_strndup((const char *)data, size / 2);
	g_autofree char *right = g_strndup((const char *)data + size / 2, size - size / 2);
	g_autofree char *whole = g_strndup((const char *)data, size);
	check_name(whole, ITEM_CONTACT);
	check_name(whole, ITEM_EVENT);
	check_found(whole);
	g_autofree char *one = vdir_safe_name(left, ITEM_CONTACT);
	g_autofree char *other = vdir_safe_name(right, ITEM_CONTACT);
	g_assert((strcmp(one, other) == 0) == (strcmp(left, right) == 0));
	return 0;
}
