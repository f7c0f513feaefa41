/* SPDX-License-Identifier: MIT */
/* A random world from its first edit to its rest. */
#include "world.h"

#include "journal/journal.h"

#include <string.h>

#define PREFIXES_KEY  "contacts.prefixes" /* what an enumeration leaves for the next */
#define EPOCH         1790000000          /* all of a world depends on its seed, its days too */
#define SHORT_TIMEOUT 2 /* seconds, in a cycle that meets a server that is silent or slow */

static void free_somebody(gpointer pointer)
{
	struct somebody *one = pointer;
	g_free(one->extra);
	g_free(one);
}

static void free_old(gpointer pointer)
{
	struct old_file *old = pointer;
	g_free(old->name);
	g_free(old->text);
	g_free(old);
}

static GHashTable *texts(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static void choose_kind(struct world *self)
{
	static const int pages[] = {0, 0, 0, 50, 10, 5, 3};
	struct world_kind *kind = &self->kind;
	const guint chosen = world_random(self, 100);
	kind->has_contacts = chosen < 70;
	kind->has_events = chosen >= 50;
	kind->has_faults = world_chance(self, 65);
	kind->has_kills = world_chance(self, 50);
	kind->has_refusals = kind->has_faults && world_chance(self, 10);
	kind->may_be_at_once = world_chance(self, 15);
	kind->is_untrue = world_chance(self, 5);
	kind->is_first = world_chance(self, 2);
	kind->remote = (struct emulator_options){
		.page_size = pages[world_random(self, G_N_ELEMENTS(pages))],
		.search =
			world_random(self, 100) < 60 ? EMULATOR_SEARCH_FOLD : world_random(self, 3),
		.id_style = world_random(self, 3),
		.no_picture = world_random(self, 3),
		.nested_errors = world_chance(self, 30),
		.quirks = world_chance(self, 20),
		.with_event_list = world_chance(self, 50),
		.untrue_total = kind->is_untrue ? (int)world_random(self, 4) - 2 : 0,
		.close_connections = world_chance(self, 10),
	};
}

static void choose_settings(struct world *self)
{
	static const gint64 graces[] = {0, 120, 600};
	struct bridge *bridge = self->bridge;
	const guint chosen = world_random(self, 100);
	bridge->options.direction = chosen < 80   ? DIRECTION_BOTH
	                            : chosen < 90 ? DIRECTION_PUSH
	                                          : DIRECTION_PULL;
	bridge->options.on_remote_delete =
		world_chance(self, 50) ? REMOTE_DELETE_TRASH : REMOTE_DELETE_KEEP;
	bridge->options.max_adds = world_chance(self, 80) ? 10000 : 1 + world_random(self, 3);
	bridge->settings.in_doubt_grace = graces[world_random(self, G_N_ELEMENTS(graces))];
	bridge->settings.max_connections = self->kind.may_be_at_once ? 4 : 1;
	bridge->now = bridge->since = EPOCH + (gint64)world_random(self, 365) * 86400;
	world_log(
		self,
		"contacts %d, events %d, faults %d, kills %d, direction %d, trash %d, max_adds %u, "
		"page %d, search %d, list of events %d, untrue by %d",
		self->kind.has_contacts, self->kind.has_events, self->kind.has_faults,
		self->kind.has_kills, bridge->options.direction, bridge->options.on_remote_delete,
		bridge->options.max_adds, self->kind.remote.page_size, self->kind.remote.search,
		self->kind.remote.with_event_list, self->kind.remote.untrue_total);
}

static void give_memory(struct world *self, const char *memory)
{
	g_autoptr(GError) error = NULL;
	OWNED(journal) journal = journal_open(self->bridge->journal, JOURNAL_CREATE, &error);
	g_assert_no_error(error);
	journal_memory_set(journal, PREFIXES_KEY, memory, &error);
	g_assert_no_error(error);
}

struct world *world_new(guint seed, struct stopper *stopper, const char *const *memories)
{
	struct world *self = g_new0(struct world, 1);
	self->seed = seed;
	self->state = (guint64)seed << 20;
	self->stopper = stopper;
	self->log = g_string_new(NULL);
	self->people = g_ptr_array_new_with_free_func(free_somebody);
	self->tokens = texts();
	self->bin = g_ptr_array_new_with_free_func(free_old);
	self->broken = texts();
	self->pictures = texts();
	self->sent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	self->titles_seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	self->histories = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	                                        (GDestroyNotify)g_hash_table_unref);
	choose_kind(self);
	self->bridge = bridge_new(BRIDGE_ORANGE, &self->kind.remote);
	choose_settings(self);
	if (!self->kind.is_first) {
		give_memory(self, memories[self->kind.remote.search]);
	}
	self->left[ITEM_CONTACT] = texts();
	self->left[ITEM_EVENT] = texts();
	return self;
}

void world_free(struct world *self)
{
	bridge_free(self->bridge);
	g_hash_table_unref(self->left[ITEM_CONTACT]);
	g_hash_table_unref(self->left[ITEM_EVENT]);
	g_hash_table_unref(self->histories);
	g_hash_table_unref(self->titles_seen);
	g_hash_table_unref(self->sent);
	g_hash_table_unref(self->pictures);
	g_hash_table_unref(self->broken);
	g_ptr_array_unref(self->bin);
	g_hash_table_unref(self->tokens);
	g_ptr_array_unref(self->people);
	g_string_free(self->log, TRUE);
	g_free(self->failure);
	g_free(self);
}

char *world_memory(struct stopper *stopper, enum emulator_search search)
{
	const struct emulator_options options = {.search = search};
	struct bridge *bridge = bridge_new(BRIDGE_ORANGE, &options);
	for (guint name = 0; name < WORLD_NAMES; name++) {
		bridge_remote_add(bridge, world_given(name), world_family(name), "a@example.org");
	}
	cycle_report_free(stopper_cycle(stopper, bridge, ITEM_CONTACT, NULL));
	g_autoptr(GError) error = NULL;
	struct journal *journal = journal_open(bridge->journal, JOURNAL_CREATE, &error);
	g_assert_no_error(error);
	char *memory = journal_memory_get(journal, PREFIXES_KEY, &error);
	g_assert_nonnull(memory);
	journal_close(journal);
	bridge_free(bridge);
	return memory;
}

/* ---- what goes wrong ---- */

static const char *const READS[] = {"findcontactlist", "getcontact", "getpicture", "geteventlist"};
static const char *const WRITES[] = {"addcontact", "adddevice", "addpicture", "addevent"};
static const char *const FAULTS[] = {
	"closed-before", "closed-after", "500-before",     "500-after", "503:1",
	"503-after:1",   "cut",          "cut-before",     "html",      "html-before",
	"token",         "internal",     "internal-after", "garbage",   "garbage-before",
	"code:-2",       "code:-9",      "code:5",         "code:100",
};
static const char *const SLOW_FAULTS[] = {"silent-before", "silent-after", "drip:1"};
static const char *const REFUSALS[] = {"code:1", "code:2", "code:-7"};

static const char *any_of(struct world *self, const char *const *words, gsize count)
{
	return words[world_random(self, (guint)count)];
}

#define ANY_OF(self, words) any_of(self, words, G_N_ELEMENTS(words))

static bool is_slow(const char *kind)
{
	bool is = false;
	for (gsize i = 0; i < G_N_ELEMENTS(SLOW_FAULTS); i++) {
		is = is || strcmp(kind, SLOW_FAULTS[i]) == 0;
	}
	return is;
}

/* The words for a contact without a picture. */
static bool denies_picture(const char *action, const char *kind)
{
	return strcmp(action, "getpicture") == 0 &&
	       (strcmp(kind, "code:100") == 0 || strcmp(kind, "code:2") == 0);
}

static void add_fault(struct world *self)
{
	const bool is_write = world_chance(self, 75);
	const char *action = is_write ? ANY_OF(self, WRITES) : ANY_OF(self, READS);
	const bool is_list = strcmp(action, "findcontactlist") == 0;
	const guint number = emulator_count_calls(self->bridge->emulator, action) + 1 +
	                     world_random(self, is_list    ? 110
	                                        : is_write ? 2
	                                                   : 4);
	const char *kind = world_chance(self, 1) ? ANY_OF(self, SLOW_FAULTS)
	                   : self->kind.has_refusals && world_chance(self, 30)
	                           ? ANY_OF(self, REFUSALS)
	                           : ANY_OF(self, FAULTS);
	const bool denies = denies_picture(action, kind);
	if (denies && self->was_picture_denied) {
		return;
	}
	self->was_picture_denied |= denies;
	g_autofree char *request =
		world_chance(self, 80) || denies
			? g_strdup_printf("fault?fault=%s:%u:%s", action, number, kind)
			: g_strdup_printf("fault?fault=%s:%u-%u:%s", action, number,
	                                  number + world_random(self, 4), kind);
	world_log(self, "  %s", request);
	json_decref(world_control(self, request, NULL));
	if (is_slow(kind)) {
		self->bridge->settings.timeout = SHORT_TIMEOUT;
	}
}

static void count_hits(struct world *self)
{
	json_t *faults = world_control(self, "faults", NULL);
	size_t i;
	json_t *fault;
	json_array_foreach(faults, i, fault)
	{
		const json_int_t hits = json_integer_value(json_object_get(fault, "hits"));
		self->n_hits += (guint)hits;
		if (hits > 0) {
			world_log(self, "  met: %s",
			          json_string_value(json_object_get(fault, "fault")));
		}
	}
	json_decref(faults);
	json_decref(world_control(self, "clear-faults", NULL));
}

/* ---- a turn and its cycles ---- */

static void log_report(struct world *self, const struct cycle_report *report)
{
	if (report == NULL) {
		world_log(self, "  killed");
		return;
	}
	world_log(self,
	          "  synced %" G_GINT64_FORMAT ", pending %" G_GINT64_FORMAT
	          ", held %" G_GINT64_FORMAT ", refused %" G_GINT64_FORMAT "%s%s",
	          report->synced, report->pending, report->held, report->refused,
	          report->error != NULL ? ": " : "",
	          report->error != NULL ? report->error->message : "");
	for (guint i = 0; i < report->problems->len; i++) {
		const struct problem *problem = report->problems->pdata[i];
		world_log(self, "    %s", problem->line);
	}
}

struct cycle_report *world_cycle(struct world *self, enum item_kind kind, const struct stop *stop)
{
	world_log(self, " cycle %u of %s", ++self->n_cycles, item_kind_name(kind));
	struct cycle_report *report = stopper_cycle(self->stopper, self->bridge, kind, stop);
	log_report(self, report);
	self->n_kills += report == NULL;
	count_hits(self);
	world_check_ledger(self);
	if (kind == ITEM_CONTACT) {
		self->last_contacts = self->bridge->now;
		world_check_contacts(self);
	} else {
		world_check_events(self);
	}
	return report;
}

static void run_cycle(struct world *self, enum item_kind kind)
{
	const gint64 usual = self->bridge->settings.timeout;
	for (guint i = world_random(self, 4); self->kind.has_faults && i > 0; i--) {
		add_fault(self);
	}
	struct stop stop = {STOP_NEVER, 0};
	if (self->kind.has_kills && world_chance(self, 75)) {
		stop.kind = (enum stop_kind)(STOP_BEFORE_COMMIT +
		                             world_random(self, STOP_KINDS - STOP_BEFORE_COMMIT));
		stop.ordinal = 1 + world_random(self, 10);
		world_log(self, "  to be killed %s %u", stop_kind_name(stop.kind), stop.ordinal);
	}
	cycle_report_free(world_cycle(self, kind, &stop));
	self->bridge->settings.timeout = usual;
}

static void turn(struct world *self)
{
	g_autoptr(GHashTable) before = world_files(self, ITEM_CONTACT);
	json_t *there = world_control(self, "contacts", NULL);
	world_log(self, "turn %u", ++self->turn);
	world_repair(self, false);
	for (guint i = 1 + world_random(self, 3); i > 0; i--) {
		if (self->kind.has_contacts) {
			world_edit_cards(self);
		}
		if (self->kind.has_events) {
			world_edit_events(self);
		}
	}
	for (guint i = world_random(self, 3); i > 0; i--) {
		if (self->kind.has_contacts) {
			world_edit_remote_contacts(self);
		}
		if (self->kind.has_events && world_chance(self, 40)) {
			world_edit_remote_events(self);
		}
	}
	world_note_turn(self, before, there);
	world_note_events(self);
	json_decref(there);
}

bool world_run(struct world *self)
{
	static const gint64 pauses[] = {0, 0, 60, 300, 7200, 30000, 90000};
	const guint turns = 2 + world_random(self, 4);
	for (guint i = 0; i < turns && self->failure == NULL; i++) {
		turn(self);
		for (guint j = 1 + world_random(self, 2); j > 0 && self->failure == NULL; j--) {
			self->bridge->now += pauses[world_random(self, G_N_ELEMENTS(pauses))];
			if (self->kind.has_contacts) {
				run_cycle(self, ITEM_CONTACT);
			}
			if (self->kind.has_events) {
				run_cycle(self, ITEM_EVENT);
			}
		}
	}
	if (self->failure == NULL) {
		world_settle(self);
	}
	return self->failure == NULL;
}
