/* SPDX-License-Identifier: MIT */
/* Fuzz target of the XML reader: reads, then walks all that was read. */
#include "net/xml.h"
#include "fuzz/fuzz.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static gsize walk(const struct xml_node *node)
{
	gsize size = 0;
	for (; node != NULL; node = node->next) {
		g_autofree char *text = xml_trim(node->text);
		g_assert(g_utf8_validate(text, -1, NULL));
		size += strlen(node->name) + strlen(text) + walk(node->first_child);
	}
	return size;
}

const guint fuzz_passes = 1;

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GError) error = NULL;
	OWNED(xml_document) document = xml_parse(data, size, &error);
	g_assert((document == NULL) == (error != NULL));
	if (document != NULL) {
		walk(xml_root(document));
		xml_descendant(xml_root(document), "no such element");
	}
	return 0;
}
