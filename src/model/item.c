/* SPDX-License-Identifier: MIT */
/* Items of either kind, and how the facts of two of them stand to each other. */
#include "model/item.h"

#include <string.h>

const char *item_kind_name(enum item_kind kind)
{
	static const char *const names[ITEM_KINDS] = {
		[ITEM_CONTACT] = "contacts",
		[ITEM_EVENT] = "calendar",
	};
	g_assert((unsigned)kind < ITEM_KINDS);
	return names[kind];
}

struct item *item_new(void)
{
	return g_new0(struct item, 1);
}

void item_free(struct item *self)
{
	if (!self) {
		return;
	}
	g_free(self->uid);
	g_free(self->name);
	g_free(self->text);
	g_free(self->fingerprint);
	g_free(self->match);
	g_strfreev(self->facts);
	g_strfreev(self->lost);
	g_strfreev(self->repairs);
	g_free(self);
}

void item_add_repairs(struct item *self, const GPtrArray *repairs)
{
	if (repairs->len == 0) {
		return;
	}
	g_autoptr(GStrvBuilder) all = g_strv_builder_new();
	for (guint i = 0; i < repairs->len; i++) {
		g_strv_builder_add(all, g_ptr_array_index(repairs, i));
	}
	if (self->repairs != NULL) {
		g_strv_builder_addv(all, (const char **)self->repairs);
	}
	g_strfreev(self->repairs);
	self->repairs = g_strv_builder_end(all);
}

/* The name with its mark: "birthday=" or "email+". */
static gsize fact_name_size(const char *fact)
{
	const gsize size = strcspn(fact, "=+");
	return fact[size] ? size + 1 : size;
}

static gboolean is_set_member(const char *fact)
{
	return fact[strcspn(fact, "=+")] == '+';
}

static gboolean names_fact(char *const *facts, const char *name, gsize size)
{
	for (; *facts; facts++) {
		if (strncmp(*facts, name, size) == 0) {
			return TRUE;
		}
	}
	return FALSE;
}

static gboolean has_fact(char *const *facts, const char *fact)
{
	return g_strv_contains((const char *const *)facts, fact);
}

/* Does right say something else under a single-valued name of left, or something under a set of
 * left? */
static void find_differences(char *const *left, char *const *right, gboolean *contradicts,
                             gboolean *shares_set)
{
	const char *previous = "";
	for (; *left; left++) {
		const gsize size = fact_name_size(*left);
		if (strncmp(*left, previous, size) == 0 && is_set_member(*left)) {
			continue; /* sorted: the set has been looked at */
		}
		previous = *left;
		if (!names_fact(right, *left, size)) {
			continue;
		}
		if (is_set_member(*left)) {
			*shares_set = TRUE;
		} else if (!has_fact(right, *left)) {
			*contradicts = TRUE;
		}
	}
}

enum facts_relation facts_compare(char *const *left, char *const *right, unsigned *shared)
{
	static char *const none[] = {NULL};
	left = left ? left : none;
	right = right ? right : none;
	gboolean contradicts = FALSE;
	gboolean shares_set = FALSE;
	find_differences(left, right, &contradicts, &shares_set);
	unsigned common = 0;
	unsigned common_members = 0;
	char *const *a = left;
	char *const *b = right;
	while (*a && *b) {
		const int order = strcmp(*a, *b);
		if (order == 0) {
			common++;
			common_members += is_set_member(*a) ? 1 : 0;
		}
		a += order <= 0;
		b += order >= 0;
	}
	if (shared) {
		*shared = common;
	}
	if (contradicts) {
		return FACTS_CONTRADICT;
	}
	return shares_set && common_members == 0 ? FACTS_DISJOINT : FACTS_COMPATIBLE;
}
