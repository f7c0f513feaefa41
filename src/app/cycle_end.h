/* SPDX-License-Identifier: MIT */
/* How a cycle ended, part by part: what the child of the service prints and the service reads. */
#ifndef PASSERELLE_APP_CYCLE_END_H
#define PASSERELLE_APP_CYCLE_END_H

#include "app/health.h"

/* What ended a part says when it is asked again (schedule.h). */
enum part_end {
	PART_DONE,    /* held and refused items included: they wait on their own */
	PART_ASKS,    /* done, and a person could allow more */
	PART_FAILED,  /* out of order, a disk, stopped: later */
	PART_OFFLINE, /* the remote is out of reach */
	PART_CRASHED, /* the process that ran it ended in the middle, or hung */
	PART_HERE,    /* the remote could not be asked for something here, as a password command */
	PART_LOGIN,   /* a token is needed */
	PART_CONSENT, /* the consent of the person is needed */
	PART_REFUSED, /* the remote does not take what it is asked */
	PART_CONFIG,  /* the remote refuses the credentials or the address */
};
#define PART_ENDS 10
const char *part_end_name(enum part_end end);
/* error NULL is DONE. */
enum part_end part_end_of(const GError *error);
/* Nothing changes unless somebody does something. */
bool part_end_needs_person(enum part_end end);

struct cycle_end {
	struct {
		bool is_told; /* it ran; the rest is known */
		enum part_end end;
		bool has_seen;
		guint64 seen; /* of its folder, see folder_digest.h */
	} parts[PARTS];
};

/* A line "part NAME END SEEN" for each part that ran; SEEN in hexadecimal, "-" = no folder. */
char *cycle_end_write(const struct cycle_end *self);
/*
 * What such lines tell; any other line is passed over, a part told twice is not believed. self is
 * overwritten.
 */
void cycle_end_read(struct cycle_end *self, const char *text);

#endif
