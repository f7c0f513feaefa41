/* SPDX-License-Identifier: MIT */
/* Shows a page to the person: their browser where there is one, always the address. */
#ifndef PASSERELLE_APP_BROWSER_H
#define PASSERELLE_APP_BROWSER_H

#include <stdbool.h>

/*
 * Prints what and the address to standard output, and unless is_print_only hands the address to
 * xdg-open(1) where a desktop is there to show it; never through a shell. The caller has seen to
 * it that it is a web address it trusts.
 */
void browser_show(const char *what, const char *address, bool is_print_only);

#endif
