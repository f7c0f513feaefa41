/* SPDX-License-Identifier: MIT */
/* An account of the configuration as a value: copied, compared, freed. */
#include "app/config.h"
#include "app/config_options.h"

#include <string.h>

static bool is_of_account(const struct option *option)
{
	return option->section == SECTION_ACCOUNT;
}

static bool is_text(const struct option *option)
{
	return option->type <= OPTION_ZONE;
}

static char **text_of(const struct option *option, struct account_config *account)
{
	return (char **)(void *)((char *)account + option->offset);
}

static gint64 number_of(const struct option *option, const struct account_config *account)
{
	gint64 number = 0;
	memcpy(&number, (const char *)account + option->offset, sizeof number);
	return number;
}

void config_account_free(struct account_config *self)
{
	for (const struct option *option = config_options; option->name != NULL; option++) {
		if (is_of_account(option) && is_text(option)) {
			g_free(*text_of(option, self));
		}
	}
	g_free(self->name);
	g_free(self);
}

struct account_config *config_account_copy(const struct account_config *self)
{
	struct account_config *copy = g_memdup2(self, sizeof *self);
	copy->name = g_strdup(self->name);
	for (const struct option *option = config_options; option->name != NULL; option++) {
		if (is_of_account(option) && is_text(option)) {
			char **text = text_of(option, copy);
			*text = g_strdup(*text);
		}
	}
	return copy;
}

bool config_account_equal(const struct account_config *self, const struct account_config *other)
{
	bool is_equal = strcmp(self->name, other->name) == 0;
	for (const struct option *option = config_options; option->name != NULL; option++) {
		if (!is_of_account(option)) {
			continue;
		}
		is_equal &=
			is_text(option)
				? g_strcmp0(*text_of(option, (struct account_config *)self),
		                            *text_of(option, (struct account_config *)other)) == 0
				: number_of(option, self) == number_of(option, other);
	}
	return is_equal;
}
