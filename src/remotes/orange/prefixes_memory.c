/* SPDX-License-Identifier: MIT */
/* What one enumeration leaves for the next, as JSON. */
#include "remotes/orange/prefixes_memory.h"

#include <jansson.h>

#define VERSION 1

struct prefixes_memory *prefixes_memory_new(void)
{
	struct prefixes_memory *self = g_new0(struct prefixes_memory, 1);
	self->productive = g_array_new(FALSE, FALSE, sizeof(gunichar));
	self->retry = g_array_new(FALSE, FALSE, sizeof(gunichar));
	self->scripts = g_array_new(FALSE, FALSE, sizeof(gunichar));
	self->given_up = g_array_new(FALSE, FALSE, sizeof(gunichar));
	return self;
}

void prefixes_memory_free(struct prefixes_memory *self)
{
	if (self == NULL) {
		return;
	}
	g_array_unref(self->productive);
	g_array_unref(self->retry);
	g_array_unref(self->scripts);
	g_array_unref(self->given_up);
	g_free(self);
}

static json_t *write_letters(const GArray *letters)
{
	json_t *array = json_array();
	for (guint i = 0; i < letters->len; i++) {
		json_array_append_new(array, json_integer(g_array_index(letters, gunichar, i)));
	}
	return array;
}

static json_t *write_proofs(const enum proof *proofs)
{
	json_t *array = json_array();
	for (gsize i = 0; i < LETTER_CLASSES; i++) {
		json_array_append_new(array, json_integer(proofs[i]));
	}
	return array;
}

char *prefixes_memory_write(const struct prefixes_memory *self)
{
	json_t *root = json_object();
	json_object_set_new(root, "version", json_integer(VERSION));
	json_object_set_new(root, "productive", write_letters(self->productive));
	json_object_set_new(root, "retry", write_letters(self->retry));
	json_object_set_new(root, "scripts", write_letters(self->scripts));
	json_object_set_new(root, "given_up", write_letters(self->given_up));
	json_object_set_new(root, "cursor", json_integer(self->cursor));
	json_object_set_new(root, "again", json_integer(self->again));
	json_object_set_new(root, "whole", json_boolean(self->is_whole));
	json_object_set_new(root, "cases", write_proofs(self->folding.cases));
	json_object_set_new(root, "accents", write_proofs(self->folding.accents));
	char *dumped = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
	char *text = g_strdup(dumped);
	free(dumped);
	json_decref(root);
	return text;
}

static void read_letters(const json_t *root, const char *key, GArray *letters)
{
	const json_t *array = json_object_get(root, key);
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_int_t value = json_integer_value(json_array_get(array, i));
		if (value > 0 && value <= 0x10ffff) {
			const gunichar letter = (gunichar)value;
			g_array_append_val(letters, letter);
		}
	}
}

static void read_proofs(const json_t *root, const char *key, enum proof *proofs)
{
	const json_t *array = json_object_get(root, key);
	for (size_t i = 0; i < json_array_size(array) && i < LETTER_CLASSES; i++) {
		const json_int_t value = json_integer_value(json_array_get(array, i));
		proofs[i] = value == PROOF_YES ? PROOF_YES : PROOF_NONE; /* a NO is proven anew */
	}
}

static guint read_position(const json_t *root, const char *key)
{
	const json_int_t value = json_integer_value(json_object_get(root, key));
	return value > 0 && value < G_MAXINT ? (guint)value : 0;
}

struct prefixes_memory *prefixes_memory_read(const char *text)
{
	if (text == NULL) {
		return NULL;
	}
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (json_integer_value(json_object_get(root, "version")) != VERSION) {
		json_decref(root);
		return NULL;
	}
	struct prefixes_memory *self = prefixes_memory_new();
	read_letters(root, "productive", self->productive);
	read_letters(root, "retry", self->retry);
	read_letters(root, "scripts", self->scripts);
	read_letters(root, "given_up", self->given_up);
	self->cursor = read_position(root, "cursor");
	self->again = read_position(root, "again");
	self->is_whole = json_is_true(json_object_get(root, "whole"));
	read_proofs(root, "cases", self->folding.cases);
	read_proofs(root, "accents", self->folding.accents);
	json_decref(root);
	return self;
}
