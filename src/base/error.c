/* SPDX-License-Identifier: MIT */
/* Errors by what the caller can do about them. */
#include "base/error.h"

struct passerelle_error_private {
	char *url;
};
typedef struct passerelle_error_private PasserelleErrorPrivate;

static void passerelle_error_private_init(PasserelleErrorPrivate *self)
{
	self->url = NULL;
}

static void passerelle_error_private_copy(const PasserelleErrorPrivate *from,
                                          PasserelleErrorPrivate *to)
{
	to->url = g_strdup(from->url);
}

static void passerelle_error_private_clear(PasserelleErrorPrivate *self)
{
	g_free(self->url);
}

G_DEFINE_EXTENDED_ERROR(PasserelleError, passerelle_error)

const char *passerelle_error_url(const GError *error)
{
	if (error == NULL || error->domain != PASSERELLE_ERROR) {
		return NULL;
	}
	return passerelle_error_get_private(error)->url;
}

void passerelle_error_set_with_url(GError **error, enum passerelle_error code, const char *url,
                                   const char *format, ...)
{
	if (error == NULL) {
		return;
	}
	va_list arguments;
	va_start(arguments, format);
	*error = g_error_new_valist(PASSERELLE_ERROR, (int)code, format, arguments);
	va_end(arguments);
	passerelle_error_get_private(*error)->url = g_strdup(url);
}

bool passerelle_error_is(const GError *error, enum passerelle_error code)
{
	return g_error_matches(error, PASSERELLE_ERROR, (int)code);
}

bool passerelle_error_is_of_storage(const GError *error)
{
	return passerelle_error_is(error, PASSERELLE_ERROR_STORAGE) ||
	       passerelle_error_is(error, PASSERELLE_ERROR_DAMAGED);
}
