/* SPDX-License-Identifier: MIT */
/* One request as it came, decoded. */
#ifndef PASSERELLE_EMULATOR_REQUEST_H
#define PASSERELLE_EMULATOR_REQUEST_H

#include "base/error.h"

#include <jansson.h>

struct parameter {
	char *name, *value;
};

struct request {
	char *path;
	bool is_post;
	GPtrArray *parameters; /* struct parameter, of the address and of a form, in order */
	char *user, *password; /* of Basic credentials; NULL: none */
	GByteArray *body;      /* posted, but not a form; never NULL */
	GByteArray *file;      /* the part "file" of a form; NULL: none */
	char *file_name, *file_type;
	bool is_too_large; /* more was posted than is kept */
	bool is_from_loopback;
	unsigned connection; /* numbered from 1 */
	json_t *log_entry;   /* of calls.h; NULL: not an API call, or not yet */
};

struct request *emu_request_new(const char *path, bool is_post);
void emu_request_free(struct request *self);
DEFINE_OWNED(request, emu_request_free);

/* size bytes; what follows a NUL among them is kept out and makes the value invalid UTF-8. */
void emu_request_add_parameter(struct request *self, const char *name, const char *value,
                               gsize size);
/* "a=1&b=%20+": the query of an address. */
void emu_request_add_query(struct request *self, const char *query);
/* The value of an Authorization header. */
void emu_request_set_authorization(struct request *self, const char *header);

/* NULL: not given. */
const char *emu_request_get(const struct request *self, const char *name);
const char *emu_request_get_or(const struct request *self, const char *name, const char *fallback);
int emu_request_get_number(const struct request *self, const char *name, int fallback);

/* All but the token, as an object; a file by its name, size and type. */
json_t *emu_request_parameters_to_json(const struct request *self);

/* Any bytes as a JSON string; what is not UTF-8 is replaced. */
json_t *emu_json_text(const char *text);

#endif
