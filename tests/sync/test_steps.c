/* SPDX-License-Identifier: MIT */
/*
 * A cycle is killed before and after every commit of the journal, every write on the wire and every
 * change of a folder; and so is the recovery from that. Nothing twice, nothing lost. The short form
 * has every commit and a sample of the rest; PASSERELLE_LONG=1 has all.
 */
#include "step_world.h"
#include "sweep.h"

#include <sys/mman.h>

#define TRIES        40 /* each lowers a stop by a third */
#define SHORT_SINGLE 15 /* every so many of the other steps; odd: with both graces */
#define SHORT_PAIRS  3  /* every so many of the first steps of a pair */
#define SAMPLE_PAIRS 1  /* steps of a recovery */
#define SHORT_RANDOM 12
#define LONG_RANDOM  2000
#define A_GRACE      120

static const struct world worlds[] = {
	{"people", 10, 0, 2, false, true},
	{"events", 0, 10, 0, false, false},
	{"events with a list", 0, 10, 0, true, false},
	{"first people", 10, 0, 2, false, false},
	{"pair", 1, 1, 0, false, true},
	{"pair with a list", 1, 1, 0, true, true},
	{"all", 10, 10, 2, false, true},
	{"all with a list", 10, 10, 2, true, true},
};
enum { PEOPLE, EVENTS, EVENTS_LISTED, FIRST_PEOPLE, PAIR, PAIR_LISTED, ALL, ALL_LISTED, WORLDS };

struct job {
	guint world;
	gint64 grace;
	struct stop stop;
	bool is_whole; /* with every step of its recovery */
};

static struct bridge_past *pasts[2]; /* without and with a list of events */
static guint steps_of[WORLDS][STOP_KINDS];
static GArray *jobs; /* struct job, of the sweep that runs */
static guint seed;
static gint *points; /* shared */

static bool is_commit(enum stop_kind kind)
{
	return kind == STOP_BEFORE_COMMIT || kind == STOP_AFTER_COMMIT;
}

/* A trial from its begin to its end: did all stops happen? seen: steps of the cycle behind them. */
static bool run_trial(struct trial *trial, guint *seen)
{
	trial_begin(trial, pasts[trial->world->with_list]);
	const bool is_whole = trial_stop(trial);
	if (is_whole && seen != NULL) {
		stop_cycle(trial->stopper, trial->bridge, kind_of(trial->world), NULL);
		*seen = stopper_seen(trial->stopper, STOP_ANYWHERE);
	}
	if (is_whole) {
		trial_verify(trial);
		g_atomic_int_inc(points);
	}
	trial_end(trial);
	return is_whole;
}

START_TEST(one_stop)
{
	const struct job *job = &g_array_index(jobs, struct job, sweep_trial(_i));
	struct trial trial = {.world = &worlds[job->world],
	                      .grace = job->grace,
	                      .stops = {job->stop},
	                      .n_stops = 1};
	ck_assert_msg(run_trial(&trial, NULL), "%s: %s %u never came", worlds[job->world].name,
	              stop_kind_name(job->stop.kind), job->stop.ordinal);
}
END_TEST

START_TEST(a_stop_and_one_in_its_recovery)
{
	const struct job *job = &g_array_index(jobs, struct job, sweep_trial(_i));
	struct trial trial = {.world = &worlds[job->world],
	                      .grace = job->grace,
	                      .stops = {job->stop},
	                      .n_stops = 1};
	guint steps = 0;
	ck_assert(run_trial(&trial, &steps));
	g_autoptr(GRand) random = g_rand_new_with_seed(seed + sweep_trial(_i));
	trial.n_stops = 2;
	const guint tries = job->is_whole ? steps : SAMPLE_PAIRS;
	for (guint i = 1; i <= tries; i++) {
		const guint step =
			job->is_whole ? i : (guint)g_rand_int_range(random, 1, (gint32)steps + 1);
		trial.stops[1] = (struct stop){STOP_ANYWHERE, step};
		run_trial(&trial, NULL);
	}
}
END_TEST

/* The recovery may have fewer steps than the cycle, or none: then it, or what it recovers from, is
 * killed earlier. */
static void lower(struct stop *stops, guint missed)
{
	while (missed > 0 && stops[missed].ordinal == 1) {
		missed--;
	}
	stops[missed].ordinal = MAX(1, stops[missed].ordinal * 2 / 3);
}

START_TEST(random_stops)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(seed + sweep_trial(_i));
	const guint world = g_rand_boolean(random) ? ALL : ALL_LISTED;
	struct trial trial = {.world = &worlds[world],
	                      .grace = g_rand_boolean(random) ? A_GRACE : 0,
	                      .n_stops = (guint)g_rand_int_range(random, 2, MAX_STOPS + 1)};
	const gint32 steps = (gint32)steps_of[world][STOP_ANYWHERE];
	for (guint i = 0; i < trial.n_stops; i++) {
		trial.stops[i] = (struct stop){
			STOP_ANYWHERE, (guint)g_rand_int_range(random, 1, steps / (i + 1) + 1)};
	}
	bool is_done = false;
	for (int i = 0; i < TRIES && !is_done; i++) {
		is_done = run_trial(&trial, NULL);
		if (!is_done) {
			lower(trial.stops, trial.n_kills);
		}
	}
	ck_assert_msg(is_done, "trial %u never came to its stops", sweep_trial(_i));
}
END_TEST

/* The words of a failure. */
START_TEST(those_of_the_environment)
{
	struct trial trial = {0};
	g_autofree char *name = stops_of(g_getenv("PASSERELLE_STOPS"), &trial);
	for (guint i = 0; i < WORLDS; i++) {
		if (strcmp(worlds[i].name, name) == 0) {
			trial.world = &worlds[i];
		}
	}
	ck_assert_msg(trial.world != NULL, "no world: '%s'", name);
	ck_assert_msg(run_trial(&trial, NULL), "only %u of the stops came", trial.n_kills);
}
END_TEST

static Suite *make_suite(const TTest *test)
{
	Suite *suite = suite_create("steps");
	TCase *stops = tcase_create("stops");
	tcase_set_timeout(stops, 600);
	tcase_add_loop_test(stops, test, 0, sweep_share(jobs->len));
	suite_add_tcase(suite, stops);
	return suite;
}

static Suite *make_replay(void)
{
	return make_suite(those_of_the_environment);
}

static Suite *make_one_stop(void)
{
	return make_suite(one_stop);
}

static Suite *make_pairs(void)
{
	return make_suite(a_stop_and_one_in_its_recovery);
}

static Suite *make_random(void)
{
	return make_suite(random_stops);
}

static void add_job(guint world, gint64 grace, enum stop_kind kind, guint ordinal)
{
	const struct job job = {world, grace, {kind, ordinal}, false};
	g_array_append_val(jobs, job);
}

/* Every step of a kind: by turns with and without a grace. */
static void add_steps(guint world, enum stop_kind kind, guint first, guint step)
{
	for (guint i = first; i <= steps_of[world][kind]; i += step) {
		add_job(world, i % 2 == 0 ? A_GRACE : 0, kind, i);
	}
}

static void choose_commits(void)
{
	for (enum stop_kind kind = STOP_BEFORE_COMMIT; kind <= STOP_AFTER_COMMIT; kind++) {
		add_steps(PEOPLE, kind, 1, 1);
		add_steps(EVENTS, kind, 1, 1);
		add_steps(EVENTS_LISTED, kind, 1, 1);
		add_steps(FIRST_PEOPLE, kind, 1 + seed % SHORT_SINGLE,
		          sweep_is_long() ? 1 : SHORT_SINGLE);
	}
}

static void choose_others(void)
{
	const guint step = sweep_is_long() ? 1 : SHORT_SINGLE;
	for (enum stop_kind kind = STOP_ANYWHERE + 1; kind < STOP_KINDS; kind++) {
		for (guint world = PEOPLE; world <= EVENTS_LISTED && !is_commit(kind); world++) {
			add_steps(world, kind, sweep_is_long() ? 1 : 1 + seed % step, step);
		}
	}
}

static void choose_pairs(void)
{
	const guint step = sweep_is_long() ? 1 : SHORT_PAIRS;
	add_steps(PAIR, STOP_ANYWHERE, 1 + seed % step, step);
	for (guint i = 0; sweep_is_long() && i < jobs->len; i++) {
		g_array_index(jobs, struct job, i).is_whole = true;
	}
	if (sweep_is_long()) {
		add_steps(PAIR_LISTED, STOP_ANYWHERE, 1, 1);
	}
}

static void choose_random(void)
{
	g_array_set_size(jobs, sweep_is_long() ? LONG_RANDOM : SHORT_RANDOM);
}

static const struct {
	const char *name, *unit;
	void (*choose)(void);
	Suite *(*make)(void);
} sweeps[] = {
	{"stops before and after every commit of the journal", "points", choose_commits,
         make_one_stop},
	{"stops around writes on the wire and changes of a folder", "points", choose_others,
         make_one_stop},
	{"stops in the recovery from a stop, of every step of 2 items", "points", choose_pairs,
         make_pairs},
	{"random pairs and triples of stops, of 20 items", "points", choose_random, make_random},
};

static void count_steps(guint world)
{
	struct trial trial = {.world = &worlds[world]};
	trial_begin(&trial, pasts[trial.world->with_list]);
	stop_cycle(trial.stopper, trial.bridge, kind_of(trial.world), NULL);
	for (int kind = 0; kind < STOP_KINDS; kind++) {
		steps_of[world][kind] = stopper_seen(trial.stopper, (enum stop_kind)kind);
	}
	trial_end(&trial);
}

static struct bridge_past *make_past(bool with_list)
{
	const struct emulator_options options = {.with_event_list = with_list};
	struct bridge *bridge = bridge_new(BRIDGE_ORANGE, &options);
	for (int kind = 0; kind < ITEM_KINDS; kind++) {
		cycle_report_free(bridge_sync(bridge, (enum item_kind)kind));
	}
	struct bridge_past *past = bridge_keep(bridge);
	bridge_free(bridge);
	return past;
}

static int run_sweeps(void)
{
	int failed = 0;
	for (guint world = 0; world < WORLDS; world++) {
		count_steps(world);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(sweeps); i++) {
		*points = 0;
		g_array_set_size(jobs, 0);
		sweeps[i].choose();
		const struct sweep_counts counts = sweep_run(sweeps[i].make);
		printf("count: %s: %d %s, %d violations (seed %u)\n", sweeps[i].name,
		       *points + counts.failed, sweeps[i].unit, counts.failed, seed);
		failed += counts.failed;
	}
	return failed;
}

/* A trial that fails leaves its folders: all lie in one that goes at the end. What is killed keeps
 * what it wrote: no disk is tried. */
static char *make_folder(void)
{
	const char *where = g_getenv("TMPDIR");
	if (where == NULL) {
		where = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	}
	char *folder = g_build_filename(where, "passerelle-steps-XXXXXX", NULL);
	g_assert(g_mkdtemp(folder) != NULL && g_setenv("TMPDIR", folder, TRUE));
	return folder;
}

int main(void)
{
	points = mmap(NULL, sizeof *points, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
	              0);
	g_assert(points != MAP_FAILED);
	g_autofree char *folder = make_folder();
	seed = sweep_seed();
	printf("seed %u (PASSERELLE_SEED)\n", seed);
	for (int i = 0; i < 2; i++) {
		pasts[i] = make_past(i == 1);
	}
	jobs = g_array_new(FALSE, TRUE, sizeof(struct job));
	g_array_set_size(jobs, 1);
	const bool is_replay = g_getenv("PASSERELLE_STOPS") != NULL;
	const int failed = is_replay ? sweep_work(make_replay).failed : run_sweeps();
	g_array_unref(jobs);
	for (int i = 0; i < 2; i++) {
		bridge_past_free(pasts[i]);
	}
	bridge_remove_tree(folder);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
