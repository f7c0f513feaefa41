/* SPDX-License-Identifier: MIT */
/* Announced before it is sent, settled once, and never forgotten by a kill. */
#include "journal/ledger.h"

#include <sys/wait.h>

#include "base/durable.h"
#include "scratch.h"

static struct journal *journal;

static void open_again(void)
{
	g_autofree char *path = scratch_path("a.journal");
	g_clear_pointer(&journal, journal_close);
	journal = journal_open(path, JOURNAL_CREATE, NULL);
	ck_assert_ptr_nonnull(journal);
}

static void setup(void)
{
	scratch_setup();
	open_again();
}

static void teardown(void)
{
	g_clear_pointer(&journal, journal_close);
	scratch_teardown();
}

static void free_call(gpointer call)
{
	ledger_call_free(call);
}

static GPtrArray *new_calls(unsigned count)
{
	GPtrArray *calls = g_ptr_array_new_with_free_func(free_call);
	for (unsigned i = 0; i < count; i++) {
		g_autofree char *uid = g_strdup_printf("u%u", i);
		g_ptr_array_add(calls, ledger_call_new(ITEM_CONTACT, uid, "addcontact", NULL));
	}
	return calls;
}

static GPtrArray *announced_calls(unsigned count, gint64 now)
{
	GPtrArray *calls = new_calls(count);
	ck_assert(ledger_announce(journal, calls, now, NULL));
	return calls;
}

static bool settle(GPtrArray *calls, enum ledger_state state, GError **error)
{
	for (guint i = 0; i < calls->len; i++) {
		((struct ledger_call *)calls->pdata[i])->state = state;
	}
	return ledger_settle(journal, calls, 200, error);
}

static struct ledger_call *only(GPtrArray *calls)
{
	ck_assert_uint_eq(calls->len, 1);
	return calls->pdata[0];
}

START_TEST(an_announcement_tells_all_it_knows)
{
	struct ledger_call *call = ledger_call_new(ITEM_EVENT, "e/1", "adddevice", "c6");
	call->content = g_strdup("{\"value\":\"zoë@example.org\"}");
	call->before = g_strdup("[\"1\"]");
	g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func(free_call);
	g_ptr_array_add(calls, call);
	ck_assert(ledger_announce(journal, calls, 100, NULL));
	ck_assert_int_gt(call->id, 0);
	ck_assert_int_eq(call->state, LEDGER_ANNOUNCED);
	ck_assert_int_eq(call->announced_at, 100);
	open_again();
	g_autoptr(GPtrArray) found = ledger_for_item(journal, ITEM_EVENT, "e/1", NULL);
	const struct ledger_call *got = only(found);
	ck_assert_int_eq(got->id, call->id);
	ck_assert_int_eq(got->kind, ITEM_EVENT);
	ck_assert_str_eq(got->action, "adddevice");
	ck_assert_str_eq(got->target, "c6");
	ck_assert_str_eq(got->content, call->content);
	ck_assert_str_eq(got->before, "[\"1\"]");
	ck_assert_int_eq(got->state, LEDGER_ANNOUNCED);
	ck_assert_int_eq(got->announced_at, 100);
	ck_assert_int_eq(got->settled_at, 0);
	ck_assert_ptr_null(got->result);
	ck_assert_ptr_null(got->settled_by);
}
END_TEST

START_TEST(a_settlement_tells_all_it_knows)
{
	g_autoptr(GPtrArray) calls = announced_calls(1, 100);
	struct ledger_call *call = only(calls);
	call->result = g_strdup("c9");
	call->detail = g_strdup("fine");
	call->settled_by = g_strdup("reply");
	ck_assert(settle(calls, LEDGER_DONE, NULL));
	ck_assert_int_eq(call->settled_at, 200);
	open_again();
	g_autoptr(GPtrArray) found = ledger_for_remote(journal, ITEM_CONTACT, "c9", NULL);
	const struct ledger_call *got = only(found);
	ck_assert_int_eq(got->state, LEDGER_DONE);
	ck_assert_int_eq(got->settled_at, 200);
	ck_assert_str_eq(got->detail, "fine");
	ck_assert_str_eq(got->settled_by, "reply");
}
END_TEST

START_TEST(ids_grow_and_are_never_used_again)
{
	g_autoptr(GPtrArray) calls = announced_calls(3, 1);
	gint64 last = 0;
	for (guint i = 0; i < calls->len; i++) {
		const struct ledger_call *call = calls->pdata[i];
		ck_assert_int_gt(call->id, last);
		last = call->id;
	}
	g_autoptr(GPtrArray) more = announced_calls(1, 1);
	ck_assert_int_gt(only(more)->id, last);
}
END_TEST

/* Rows: the state before; columns: NEW ANNOUNCED DONE REFUSED NOT_SENT IN_DOUBT. */
static const struct {
	enum ledger_state before;
	bool may[6];
} transitions[] = {
	{LEDGER_ANNOUNCED, {false, false, true, true, true, true}},
	{LEDGER_IN_DOUBT, {false, false, true, false, true, true}},
	{LEDGER_DONE, {false, false, false, false, false, false}},
	{LEDGER_REFUSED, {false, false, false, false, false, false}},
	{LEDGER_NOT_SENT, {false, false, false, false, false, false}},
};

START_TEST(only_open_calls_can_be_settled)
{
	const enum ledger_state before = transitions[_i / 6].before;
	const enum ledger_state after = (enum ledger_state)(_i % 6);
	g_autoptr(GPtrArray) calls = announced_calls(1, 1);
	if (before != LEDGER_ANNOUNCED) {
		ck_assert(settle(calls, before, NULL));
	}
	g_autoptr(GError) error = NULL;
	const bool expected = transitions[_i / 6].may[after];
	ck_assert_int_eq(settle(calls, after, &error), expected);
	g_autoptr(GPtrArray) found = ledger_for_item(journal, ITEM_CONTACT, "u0", NULL);
	ck_assert_int_eq(only(found)->state, expected ? after : before);
	if (!expected) {
		expect_error(error, PASSERELLE_ERROR_STORAGE);
	}
}
END_TEST

START_TEST(a_call_that_was_never_announced_cannot_be_settled)
{
	g_autoptr(GPtrArray) calls = new_calls(1);
	ck_assert(!settle(calls, LEDGER_DONE, NULL));
}
END_TEST

START_TEST(a_call_cannot_be_announced_twice)
{
	g_autoptr(GPtrArray) calls = announced_calls(1, 1);
	ck_assert(!ledger_announce(journal, calls, 2, NULL));
	g_autoptr(GPtrArray) found = ledger_for_item(journal, ITEM_CONTACT, "u0", NULL);
	ck_assert_int_eq(only(found)->announced_at, 1);
}
END_TEST

START_TEST(one_wrong_call_settles_none_of_its_batch)
{
	g_autoptr(GPtrArray) calls = announced_calls(2, 1);
	g_ptr_array_add(calls, ledger_call_new(ITEM_CONTACT, "u9", "addcontact", NULL));
	ck_assert(!settle(calls, LEDGER_DONE, NULL));
	g_autoptr(GPtrArray) found = ledger_for_item(journal, ITEM_CONTACT, "u0", NULL);
	ck_assert_int_eq(only(found)->state, LEDGER_ANNOUNCED);
}
END_TEST

START_TEST(a_failed_announcement_gives_no_ids)
{
	g_autoptr(GPtrArray) calls = new_calls(2);
	struct ledger_call *bad = calls->pdata[1];
	g_clear_pointer(&bad->action, g_free);
	g_autoptr(GError) error = NULL;
	ck_assert(!ledger_announce(journal, calls, 1, &error));
	expect_error(error, PASSERELLE_ERROR_STORAGE);
	const struct ledger_call *good = calls->pdata[0];
	ck_assert_int_eq(good->id, 0);
	ck_assert_int_eq(good->state, LEDGER_NEW);
	g_autoptr(GPtrArray) found = ledger_for_item(journal, ITEM_CONTACT, "u0", NULL);
	ck_assert_uint_eq(found->len, 0);
}
END_TEST

START_TEST(recovery_puts_what_was_announced_in_doubt)
{
	g_autoptr(GPtrArray) done = announced_calls(1, 1);
	ck_assert(settle(done, LEDGER_DONE, NULL));
	g_autoptr(GPtrArray) calls = announced_calls(2, 50);
	ck_assert_uint_eq(calls->len, 2);
	g_autoptr(GPtrArray) event = g_ptr_array_new_with_free_func(free_call);
	g_ptr_array_add(event, ledger_call_new(ITEM_EVENT, "e", "addevent", NULL));
	ck_assert(ledger_announce(journal, event, 50, NULL));
	ck_assert(ledger_recover(journal, ITEM_CONTACT, NULL));
	g_autoptr(GPtrArray) doubt = ledger_in_doubt(journal, ITEM_CONTACT, NULL);
	ck_assert_uint_eq(doubt->len, 2);
	const struct ledger_call *first = doubt->pdata[0], *second = doubt->pdata[1];
	ck_assert_str_eq(first->uid, "u0");
	ck_assert_str_eq(second->uid, "u1");
	ck_assert_str_eq(first->detail, "the program ended before the reply");
	ck_assert_int_eq(first->announced_at, 50);
	g_autoptr(GPtrArray) events = ledger_in_doubt(journal, ITEM_EVENT, NULL);
	ck_assert_uint_eq(events->len, 0);
}
END_TEST

START_TEST(what_nobody_knows_the_outcome_of_is_unsettled)
{
	g_autoptr(GPtrArray) announced = announced_calls(2, 100);
	g_autoptr(GPtrArray) doubtful = announced_calls(1, 100);
	g_autoptr(GPtrArray) done = announced_calls(3, 100);
	ck_assert(settle(doubtful, LEDGER_IN_DOUBT, NULL));
	ck_assert(settle(done, LEDGER_DONE, NULL));
	g_autoptr(GPtrArray) found = ledger_unsettled(journal, ITEM_CONTACT, NULL);
	ck_assert_uint_eq(found->len, announced->len + doubtful->len);
	const struct ledger_call *first = found->pdata[0];
	const struct ledger_call *last = found->pdata[2];
	ck_assert_int_eq(first->state, LEDGER_ANNOUNCED);
	ck_assert_int_eq(last->state, LEDGER_IN_DOUBT);
	g_autoptr(GPtrArray) events = ledger_unsettled(journal, ITEM_EVENT, NULL);
	ck_assert_uint_eq(events->len, 0);
}
END_TEST

START_TEST(what_a_reply_settled_is_answered_the_newest_first)
{
	g_autoptr(GPtrArray) calls = announced_calls(4, 100);
	for (guint i = 0; i < calls->len; i++) {
		struct ledger_call *call = calls->pdata[i];
		call->settled_by = g_strdup(i == 3 ? "read-back" : "reply");
	}
	ck_assert(settle(calls, LEDGER_REFUSED, NULL));
	g_autoptr(GPtrArray) found = ledger_answered(journal, ITEM_CONTACT, 2, NULL);
	ck_assert_uint_eq(found->len, 2);
	ck_assert_str_eq(((struct ledger_call *)found->pdata[0])->uid, "u2");
	ck_assert_str_eq(((struct ledger_call *)found->pdata[1])->uid, "u1");
}
END_TEST

START_TEST(what_was_sent_by_hand_has_a_uid_of_its_own)
{
	g_autofree char *uid = ledger_uid_by_hand(1795255200);
	g_autofree char *other = ledger_uid_by_hand(1795255200);
	ck_assert(g_str_has_prefix(uid, "call:20261121T100000Z-"));
	ck_assert_str_ne(uid, other);
	ck_assert(ledger_is_by_hand(uid));
	ck_assert(!ledger_is_by_hand("u1"));
}
END_TEST

START_TEST(calls_are_found_by_what_they_made_or_acted_on)
{
	g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func(free_call);
	g_ptr_array_add(calls, ledger_call_new(ITEM_CONTACT, "u", "addcontact", NULL));
	g_ptr_array_add(calls, ledger_call_new(ITEM_CONTACT, "u", "adddevice", "c1"));
	g_ptr_array_add(calls, ledger_call_new(ITEM_CONTACT, "v", "adddevice", "c2"));
	ck_assert(ledger_announce(journal, calls, 1, NULL));
	((struct ledger_call *)calls->pdata[0])->result = g_strdup("c1");
	ck_assert(settle(calls, LEDGER_DONE, NULL));
	g_autoptr(GPtrArray) found = ledger_for_remote(journal, ITEM_CONTACT, "c1", NULL);
	ck_assert_uint_eq(found->len, 2);
	ck_assert_str_eq(((struct ledger_call *)found->pdata[0])->action, "addcontact");
	ck_assert_str_eq(((struct ledger_call *)found->pdata[1])->action, "adddevice");
	g_autoptr(GPtrArray) events = ledger_for_remote(journal, ITEM_EVENT, "c1", NULL);
	ck_assert_uint_eq(events->len, 0);
}
END_TEST

/* The child says on a pipe which ids it holds durable; whatever it said must be there after the
 * kill. */
static void announce_until_killed(int out)
{
	for (;;) {
		g_autoptr(GPtrArray) calls = new_calls(3);
		if (!ledger_announce(journal, calls, 1, NULL)) {
			_exit(1);
		}
		const gint64 last = ((struct ledger_call *)calls->pdata[2])->id;
		if (write(out, &last, sizeof(last)) != sizeof(last)) {
			_exit(1);
		}
	}
}

START_TEST(what_was_announced_before_a_kill_is_there_whole)
{
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	g_clear_pointer(&journal, journal_close);
	const pid_t child = fork();
	if (child == 0) {
		close(ends[0]);
		open_again();
		announce_until_killed(ends[1]);
	}
	close(ends[1]);
	gint64 told = 0;
	for (int i = 0; i < 5 + _i * 3; i++) {
		ck_assert_int_eq(read(ends[0], &told, sizeof(told)), sizeof(told));
	}
	kill(child, SIGKILL);
	gint64 more;
	while (read(ends[0], &more, sizeof(more)) == sizeof(more)) {
		told = more;
	}
	close(ends[0]);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	open_again();
	ck_assert(ledger_recover(journal, ITEM_CONTACT, NULL));
	g_autoptr(GPtrArray) doubt = ledger_in_doubt(journal, ITEM_CONTACT, NULL);
	ck_assert_int_ge(doubt->len, told);
	ck_assert_uint_eq(doubt->len % 3, 0);
}
END_TEST

START_TEST(after_a_failed_sync_nothing_is_announced)
{
	g_autoptr(GPtrArray) before = announced_calls(1, 1);
	durable_distrust();
	g_autoptr(GPtrArray) calls = new_calls(1);
	g_autoptr(GError) error = NULL;
	ck_assert(!ledger_announce(journal, calls, 1, &error));
	expect_error(error, PASSERELLE_ERROR_STORAGE);
	only(before)->state = LEDGER_DONE;
	ck_assert(ledger_settle(journal, before, 2, NULL));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ledger");
	TCase *tests = tcase_create("ledger");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, an_announcement_tells_all_it_knows);
	tcase_add_test(tests, a_settlement_tells_all_it_knows);
	tcase_add_test(tests, ids_grow_and_are_never_used_again);
	tcase_add_loop_test(tests, only_open_calls_can_be_settled, 0,
	                    6 * G_N_ELEMENTS(transitions));
	tcase_add_test(tests, a_call_that_was_never_announced_cannot_be_settled);
	tcase_add_test(tests, a_call_cannot_be_announced_twice);
	tcase_add_test(tests, one_wrong_call_settles_none_of_its_batch);
	tcase_add_test(tests, a_failed_announcement_gives_no_ids);
	tcase_add_test(tests, recovery_puts_what_was_announced_in_doubt);
	tcase_add_test(tests, what_nobody_knows_the_outcome_of_is_unsettled);
	tcase_add_test(tests, what_a_reply_settled_is_answered_the_newest_first);
	tcase_add_test(tests, what_was_sent_by_hand_has_a_uid_of_its_own);
	tcase_add_test(tests, calls_are_found_by_what_they_made_or_acted_on);
	tcase_add_loop_test(tests, what_was_announced_before_a_kill_is_there_whole, 0, 8);
	tcase_add_test(tests, after_a_failed_sync_nothing_is_announced); /* the last: it lasts */
	suite_add_tcase(suite, tests);
	return scratch_run(suite);
}
