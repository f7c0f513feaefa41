/* SPDX-License-Identifier: MIT */
/* Encoded words (RFC 2047), as mail_header.c must know them. */
#ifndef PASSERELLE_FORMATS_MAIL_WORDS_H
#define PASSERELLE_FORMATS_MAIL_WORDS_H

#include <glib.h>

/* How long the encoded word is that begins there; 0 = none does. */
gsize mail_word_size(const char *at);

#endif
