/* SPDX-License-Identifier: MIT */
/* Runs a command and writes what it took into a file: exit status, seconds of wall and of CPU, and
 * its peak memory in KiB, which no interpreter that started it has raised. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval value)
{
	return (double)value.tv_sec + (double)value.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: measure FILE COMMAND [ARGUMENT ...]\n", stderr);
		return EXIT_FAILURE;
	}
	struct timespec from, to;
	struct rusage usage;
	int status = 0;
	clock_gettime(CLOCK_MONOTONIC, &from);
	const pid_t child = fork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child) {
		perror("measure");
		return EXIT_FAILURE;
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	FILE *out = fopen(argv[1], "w");
	if (out == NULL) {
		perror(argv[1]);
		return EXIT_FAILURE;
	}
	const double wall =
		(double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	fprintf(out, "%d %f %f %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1, wall,
	        seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss);
	return fclose(out) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
