/* SPDX-License-Identifier: MIT */
/* The items of an account that do not get on, for people. */
#ifndef PASSERELLE_APP_STUCK_H
#define PASSERELLE_APP_STUCK_H

#include "app/config.h"

/*
 * "in doubt: Dentist 2026-12-01: …": the first few of each kind, what a person can settle first,
 * and how many more there are. char *, owned. Empty where the journal cannot be read.
 */
GPtrArray *stuck_find(const struct account_config *config);

#endif
