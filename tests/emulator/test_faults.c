/* SPDX-License-Identifier: MIT */
/* Each way of failing: what the client sees, and what took effect. */
#include "emulator/wire.h"

/* How a reply looks from outside. */
enum look {
	LOOK_NOTHING, /* closed without a byte */
	LOOK_SILENCE, /* not a byte, and not closed */
	LOOK_STATUS,
	LOOK_CUT,
};

static const struct {
	const char *kind;
	enum look look;
	unsigned status;
	const char *body; /* part of it; NULL: any */
	unsigned writes;
} table[] = {
	{"closed-before", LOOK_NOTHING, 0, NULL, 0},
	{"closed-after", LOOK_NOTHING, 0, NULL, 1},
	{"silent-before", LOOK_SILENCE, 0, NULL, 0},
	{"silent-after", LOOK_SILENCE, 0, NULL, 1},
	{"500-before", LOOK_STATUS, 500, "<!DOCTYPE html>", 0},
	{"500-after", LOOK_STATUS, 500, "<!DOCTYPE html>", 1},
	{"503", LOOK_STATUS, 503, "<!DOCTYPE html>", 0},
	{"503:7", LOOK_STATUS, 503, "<!DOCTYPE html>", 0},
	{"503-after:7", LOOK_STATUS, 503, "<!DOCTYPE html>", 1},
	{"429:7", LOOK_STATUS, 429, "<!DOCTYPE html>", 0},
	{"cut", LOOK_CUT, 200, "<result>0</result>", 1},
	{"cut-before", LOOK_CUT, 200, "<result>", 0},
	{"html", LOOK_STATUS, 200, "<!DOCTYPE html>", 1},
	{"html-before", LOOK_STATUS, 200, "<!DOCTYPE html>", 0},
	{"drip:1", LOOK_STATUS, 200, "</xpage>", 1},
	{"token", LOOK_STATUS, 500, "<code>-1</code>", 0},
	{"internal", LOOK_STATUS, 500, "<code>-4</code>", 0},
	{"internal-after", LOOK_STATUS, 500, "<code>-4</code>", 1},
	{"garbage", LOOK_STATUS, 200, NULL, 1},
	{"garbage-before", LOOK_STATUS, 200, NULL, 0},
	{"code:-9", LOOK_STATUS, 500, "<code>-9</code>", 0},
	{"code:-3", LOOK_STATUS, 500, "family=contact&amp;", 0},
	{"code:5", LOOK_STATUS, 200, "<result>-5</result>", 0},
};

static char *add_address(struct emulator *server, const char *name)
{
	g_autofree char *token = emulator_new_token(server);
	return wire_address(CONTACTS, token, "action", "addcontact", "lastname", name, NULL);
}

static void ask_to_add(struct emulator *server, int wire, const char *name)
{
	g_autofree char *good = wire_good_credentials();
	g_autofree char *address = add_address(server, name);
	wire_ask(wire, "GET", address, good, NULL, 0);
}

static void assert_look(const struct wire_reply *reply, enum look look, unsigned status,
                        const char *body, const char *kind)
{
	bool has_all = reply->promised >= 0 && (gint64)reply->size == reply->promised;
	ck_assert_msg(reply->status == status, "%s: status %u", kind, reply->status);
	switch (look) {
	case LOOK_NOTHING:
		ck_assert_msg(reply->raw->len == 0 && reply->is_closed, "%s", kind);
		break;
	case LOOK_SILENCE:
		ck_assert_msg(reply->raw->len == 0 && !reply->is_closed, "%s", kind);
		break;
	case LOOK_STATUS:
		ck_assert_msg(has_all, "%s", kind);
		break;
	case LOOK_CUT:
		ck_assert_msg(!has_all && reply->size > 0 && reply->is_closed, "%s", kind);
		break;
	}
	if (body != NULL) {
		wire_assert_has(reply, body);
	}
}

/* At most a minute: of a silence nobody can tell whether the server is through with the call. */
static unsigned await_writes(struct emulator *server, unsigned wanted)
{
	unsigned writes = emulator_count_writes(server, "addcontact");
	for (int i = 0;
	     i < 6000 && (emulator_count_calls(server, "addcontact") < 2 || writes < wanted); i++) {
		g_usleep(10 * 1000);
		writes = emulator_count_writes(server, "addcontact");
	}
	return writes;
}

/* The second call fails, on the connection that carried the first. */
START_TEST(each_kind_looks_and_acts_as_the_manual_says)
{
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *fault = g_strconcat("addcontact:2:", table[i].kind, NULL);
		const char *const faults[] = {fault, NULL};
		OWNED(emulator) server = wire_start((struct emulator_options){.faults = faults});
		int wire = wire_connect(server);
		ask_to_add(server, wire, "First");
		OWNED(wire_reply) first = wire_read(wire, WIRE_PATIENCE);
		wire_assert_has(first, "<result>0</result>");
		ask_to_add(server, wire, "Second");
		OWNED(wire_reply)
		second = wire_read(wire, table[i].look == LOOK_SILENCE ? 300 : WIRE_PATIENCE);
		assert_look(second, table[i].look, table[i].status, table[i].body, table[i].kind);
		const unsigned writes = await_writes(server, 1 + table[i].writes);
		close(wire);
		ck_assert_msg(writes == 1 + table[i].writes, "%s: %u writes", table[i].kind,
		              writes);
		g_autofree char *contacts = emulator_control(server, "contacts", NULL, NULL);
		ck_assert_int_eq(strstr(contacts, "Second") != NULL, table[i].writes == 1);
	}
}
END_TEST

START_TEST(a_503_says_when_to_come_back)
{
	const char *const faults[] = {"addcontact:1:503:7", "addcontact:2:503", NULL};
	OWNED(emulator) server = wire_start((struct emulator_options){.faults = faults});
	OWNED(wire_reply)
	seven = wire_call(server, CONTACTS, "action", "addcontact", "lastname", "A", NULL);
	ck_assert_ptr_nonnull(strstr(seven->raw->str, "Retry-After: 7\r\n"));
	OWNED(wire_reply)
	one = wire_call(server, CONTACTS, "action", "addcontact", "lastname", "A", NULL);
	ck_assert_ptr_nonnull(strstr(one->raw->str, "Retry-After: 1\r\n"));
}
END_TEST

START_TEST(messages_fail_in_their_own_envelope)
{
	const char *const faults[] = {"getPersonalMessages:*:code:504", NULL};
	OWNED(emulator) server = wire_start((struct emulator_options){.faults = faults});
	OWNED(wire_reply)
	reply = wire_call(server, MESSAGES, "action", "getPersonalMessages", "infos", "NoSMS",
	                  NULL);
	ck_assert_uint_eq(reply->status, 200);
	wire_assert_has(reply, "<getPersonalMessagesReturn>");
	wire_assert_has(reply, "<code>504</code>");
}
END_TEST

/* The outcome of six calls under one fault: "." served, "x" failed. */
static void assert_pattern(const char *fault, const char *expected)
{
	const char *const faults[] = {fault, NULL};
	OWNED(emulator) server = wire_start((struct emulator_options){.faults = faults});
	g_autoptr(GString) pattern = g_string_new(NULL);
	for (int i = 0; i < 6; i++) {
		OWNED(wire_reply)
		reply = wire_call(server, CONTACTS, "action", "addcontact", "lastname", "A", NULL);
		g_string_append_c(pattern, reply->status == 200 ? '.' : 'x');
	}
	ck_assert_msg(strcmp(pattern->str, expected) == 0, "%s: %s", fault, pattern->str);
}

START_TEST(numbers_are_one_some_from_or_all)
{
	assert_pattern("addcontact:3:internal", "..x...");
	assert_pattern("addcontact:2-4:internal", ".xxx..");
	assert_pattern("addcontact:5+:internal", "....xx");
	assert_pattern("addcontact:*:internal", "xxxxxx");
	assert_pattern("*:2:internal", ".x....");
	assert_pattern("adddevice:*:internal", "......");
}
END_TEST

START_TEST(words_that_are_no_fault_are_refused)
{
	static const char *const words[] = {
		"",
		"addcontact",
		"addcontact:1",
		"addcontact:0:html",
		"addcontact:3-2:html",
		"addcontact:x:html",
		"addcontact:1:nosuch",
		"addcontact:1:code",
		"addcontact:1:code:x",
		"addcontact:1+2:html",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		const char *const faults[] = {words[i], NULL};
		g_autoptr(GError) error = NULL;
		struct emulator *server =
			emulator_start(&(struct emulator_options){.faults = faults}, &error);
		ck_assert_msg(server == NULL, "%s", words[i]);
		ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CONFIG));
	}
}
END_TEST

START_TEST(faults_are_set_shown_and_cleared_while_it_runs)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	OWNED(wire_reply)
	before = wire_call(server, CONTACTS, "action", "addcontact", "lastname", "A", NULL);
	ck_assert_uint_eq(before->status, 200);
	wire_tell(server, "fault?action=addcontact&kind=503&argument=9");
	OWNED(wire_reply)
	failed = wire_call(server, CONTACTS, "action", "addcontact", "lastname", "A", NULL);
	ck_assert_uint_eq(failed->status, 503);
	OWNED(wire_reply)
	after = wire_call(server, CONTACTS, "action", "addcontact", "lastname", "A", NULL);
	ck_assert_uint_eq(after->status, 200);
	json_t *faults = wire_control(server, "faults");
	ck_assert_uint_eq(json_array_size(faults), 1);
	const json_t *fault = json_array_get(faults, 0);
	ck_assert_int_eq(json_integer_value(json_object_get(fault, "hits")), 1);
	json_decref(faults);
	wire_tell(server, "fault?fault=addcontact:*:html-before");
	wire_tell(server, "clear-faults");
	OWNED(wire_reply)
	cleared = wire_call(server, CONTACTS, "action", "addcontact", "lastname", "A", NULL);
	wire_assert_has(cleared, "<result>0</result>");
	ck_assert_ptr_null(emulator_control(server, "fault?fault=nonsense", NULL, NULL));
}
END_TEST

START_TEST(both_spellings_of_addpicture_are_one_action_to_a_fault)
{
	const char *const faults[] = {"addpicture:1:internal", NULL};
	OWNED(emulator) server = wire_start((struct emulator_options){.faults = faults});
	OWNED(wire_reply)
	reply = wire_call(server, CONTACTS, "action", "add picture", "cid", "1", NULL);
	wire_assert_has(reply, "<code>-4</code>");
}
END_TEST

START_TEST(the_log_names_the_fault_that_a_call_met)
{
	const char *const faults[] = {"addcontact:1:closed-after", NULL};
	OWNED(emulator) server = wire_start((struct emulator_options){.faults = faults});
	OWNED(wire_reply)
	reply = wire_call(server, CONTACTS, "action", "addcontact", "lastname", "A", NULL);
	ck_assert_uint_eq(reply->raw->len, 0);
	json_t *calls = wire_control(server, "calls");
	const json_t *call = json_array_get(json_object_get(calls, "log"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(call, "fault")), "closed-after");
	ck_assert_int_eq(json_integer_value(json_object_get(call, "status")), 0);
	json_decref(calls);
}
END_TEST

START_TEST(a_silent_server_can_still_be_stopped)
{
	const char *const faults[] = {"addcontact:*:silent-after", NULL};
	struct emulator *server = wire_start((struct emulator_options){.faults = faults});
	int wire = wire_connect(server);
	ask_to_add(server, wire, "A");
	OWNED(wire_reply) silence = wire_read(wire, 200);
	ck_assert(!silence->is_closed);
	emulator_stop(server);
	OWNED(wire_reply) end = wire_read(wire, WIRE_PATIENCE);
	ck_assert(end->is_closed);
	ck_assert_uint_eq(end->raw->len, 0);
	close(wire);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		each_kind_looks_and_acts_as_the_manual_says,
		a_503_says_when_to_come_back,
		messages_fail_in_their_own_envelope,
		numbers_are_one_some_from_or_all,
		words_that_are_no_fault_are_refused,
		faults_are_set_shown_and_cleared_while_it_runs,
		both_spellings_of_addpicture_are_one_action_to_a_fault,
		the_log_names_the_fault_that_a_call_met,
		a_silent_server_can_still_be_stopped,
	};
	return wire_run("faults", tests, G_N_ELEMENTS(tests));
}
