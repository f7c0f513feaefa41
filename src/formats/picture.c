/* SPDX-License-Identifier: MIT */
/* Pictures: what they are by their first bytes, and how a PHOTO holds one. */
#include "formats/vcard.h"

#include <string.h>

#include "base/limits.h"
#include "formats/vcard_parts.h"

const char *picture_media_type(const void *data, gsize size)
{
	static const struct {
		const char *magic;
		gsize size;
		const char *media_type;
	} kinds[] = {
		{"\xff\xd8\xff", 3, "image/jpeg"},
		{"GIF87a", 6, "image/gif"},
		{"GIF89a", 6, "image/gif"},
		{"BM", 2, "image/bmp"},
		{"\x89PNG\r\n\x1a\n", 8, "image/png"},
	};
	for (gsize i = 0; data && i < G_N_ELEMENTS(kinds); i++) {
		if (size >= kinds[i].size && memcmp(data, kinds[i].magic, kinds[i].size) == 0) {
			return kinds[i].media_type;
		}
	}
	if (data && size >= 12 && memcmp(data, "RIFF", 4) == 0 &&
	    memcmp((const char *)data + 8, "WEBP", 4) == 0) {
		return "image/webp";
	}
	return NULL;
}

static GBytes *base64_read(const char *text, const char **reason)
{
	if (strlen(text) / 4 * 3 > LIMIT_PICTURE_BYTES) {
		*reason = "is too large";
		return NULL;
	}
	gsize size = 0;
	g_autofree guchar *data = g_base64_decode(text, &size);
	if (size == 0) {
		*reason = "is no base64";
		return NULL;
	}
	return g_bytes_new_take(g_steal_pointer(&data), size);
}

/* RFC 2397; commas come escaped from some writers. */
static GBytes *data_uri_read(const char *uri, const char **reason)
{
	const char *comma = strchr(uri, ',');
	if (!comma || !memmem(uri, (gsize)(comma - uri), ";base64", strlen(";base64"))) {
		*reason = "is a data: address without base64";
		return NULL;
	}
	return base64_read(comma + 1, reason);
}

static gboolean parameter_is(const struct content_line *line, const char *name, const char *value)
{
	const struct content_parameter *parameter = content_line_parameter(line, name);
	return parameter && g_ascii_strcasecmp(parameter->values[0], value) == 0;
}

static gboolean is_base64(const char *text)
{
	for (; *text; text++) {
		if (!g_ascii_isalnum(*text) && !strchr("+/= \t", *text)) {
			return FALSE;
		}
	}
	return TRUE;
}

static gboolean is_address(const char *text)
{
	g_autofree char *scheme = g_uri_parse_scheme(text);
	return scheme != NULL;
}

GBytes *vcard_photo_read(const struct content_line *line, char **url, const char **reason)
{
	const char *value = line->value + strspn(line->value, " \t");
	*url = NULL;
	*reason = NULL;
	if (g_ascii_strncasecmp(value, "data:", strlen("data:")) == 0) {
		return data_uri_read(value, reason);
	}
	const gboolean is_encoded =
		content_line_is_base64(line) || parameter_is(line, "VALUE", "binary");
	if (is_encoded || (*value && is_base64(value))) {
		return base64_read(value, reason);
	}
	g_autofree char *text = vcard_stripped(content_text_unescape(value, strlen(value)));
	if (text && g_utf8_validate(text, -1, NULL) && is_address(text)) {
		*url = g_steal_pointer(&text);
	} else {
		*reason = "is neither a picture nor an address";
	}
	return NULL;
}

char *vcard_photo_line(GBytes *picture, unsigned major)
{
	gsize size = 0;
	const guchar *data = g_bytes_get_data(picture, &size);
	const char *media_type = picture_media_type(data, size);
	g_autofree char *encoded = g_base64_encode(data, size);
	if (major >= 4) {
		return g_strdup_printf("PHOTO:data:%s;base64,%s",
		                       media_type ? media_type : "application/octet-stream",
		                       encoded);
	}
	g_autofree char *kind = media_type ? g_ascii_strup(strchr(media_type, '/') + 1, -1) : NULL;
	return g_strconcat("PHOTO;ENCODING=b", kind ? ";TYPE=" : "", kind ? kind : "", ":", encoded,
	                   NULL);
}
