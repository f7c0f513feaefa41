/* SPDX-License-Identifier: MIT */
/* What systemd is told of the service. */
#include "app/notify.h"

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>

static void tell(const char *state)
{
	sd_notify(0, state);
}

guint notify_alive_interval(void)
{
	guint64 limit = 0;
	return sd_watchdog_enabled(0, &limit) > 0 ? (guint)MIN(limit / 2000, G_MAXINT) : 0;
}
#else
static void tell(const char *state)
{
	(void)state;
}

guint notify_alive_interval(void)
{
	return 0;
}
#endif

void notify_ready(const char *status)
{
	g_autofree char *state = g_strdup_printf("READY=1\nSTATUS=%s", status);
	tell(state);
}

void notify_status(const char *status)
{
	g_autofree char *state = g_strdup_printf("STATUS=%s", status);
	tell(state);
}

/* systemd from 253 on asks for the time as well; 252 does not mind it. */
void notify_reloading(void)
{
	g_autofree char *state = g_strdup_printf("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT,
	                                         g_get_monotonic_time());
	tell(state);
}

void notify_stopping(void)
{
	tell("STOPPING=1");
}

void notify_alive(void)
{
	tell("WATCHDOG=1");
}
