/* SPDX-License-Identifier: MIT */
/* What of a plan waits for a person. Part of plan. */
#ifndef PASSERELLE_PLAN_PLAN_HOLD_H
#define PASSERELLE_PLAN_PLAN_HOLD_H

#include "plan/plan.h"

/*
 * Holds all that would be sent where the policy says that nothing may be; else the creations there
 * where they are too many, and the removals of a side where they are. known: how many records there
 * are.
 */
void plan_hold(struct plan *plan, guint known, const struct policy *policy);

#endif
