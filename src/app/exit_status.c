/* SPDX-License-Identifier: MIT */
/* What the program tells its caller at the end. */
#include "app/exit_status.h"

enum exit_status exit_status_of(const GError *error)
{
	static const enum exit_status by_code[] = {
		[PASSERELLE_ERROR_USAGE] = EXIT_BAD_USAGE,
		[PASSERELLE_ERROR_INPUT] = EXIT_BAD_INPUT,
		[PASSERELLE_ERROR_CONFIG] = EXIT_BAD_CONFIG,
		[PASSERELLE_ERROR_AUTH] = EXIT_NEEDS_LOGIN,
		[PASSERELLE_ERROR_CONSENT] = EXIT_NEEDS_LOGIN,
		[PASSERELLE_ERROR_NETWORK] = EXIT_OFFLINE,
		[PASSERELLE_ERROR_PROTOCOL] = EXIT_OFFLINE,
		[PASSERELLE_ERROR_UNSUPPORTED] = EXIT_HELD,
		[PASSERELLE_ERROR_REFUSED] = EXIT_HELD,
		[PASSERELLE_ERROR_STALE] = EXIT_HELD,
		[PASSERELLE_ERROR_NOT_FOUND] = EXIT_BAD_INPUT,
		[PASSERELLE_ERROR_IN_DOUBT] = EXIT_HELD,
		[PASSERELLE_ERROR_STORAGE] = EXIT_CANNOT_WRITE,
		[PASSERELLE_ERROR_DAMAGED] = EXIT_CANNOT_WRITE,
		[PASSERELLE_ERROR_BUSY] = EXIT_BUSY,
		[PASSERELLE_ERROR_CANCELLED] = EXIT_HELD,
	};
	if (error == NULL) {
		return EXIT_DONE;
	}
	return error->domain == PASSERELLE_ERROR ? by_code[error->code] : EXIT_CANNOT_WRITE;
}

/* From what passes by itself to what a person must put right first. */
static guint rank(enum exit_status status)
{
	static const enum exit_status order[] = {
		EXIT_DONE,         EXIT_HELD,       EXIT_BUSY,
		EXIT_OFFLINE,      EXIT_BAD_INPUT,  EXIT_NEEDS_LOGIN,
		EXIT_CANNOT_WRITE, EXIT_BAD_CONFIG, EXIT_BAD_USAGE,
	};
	guint at = 0;
	while (at < G_N_ELEMENTS(order) && order[at] != status) {
		at++;
	}
	return at;
}

enum exit_status exit_status_worse(enum exit_status left, enum exit_status right)
{
	return rank(left) >= rank(right) ? left : right;
}
