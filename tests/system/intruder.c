/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into the service: what a cycle that a reply has taken over would try. At the first
 * transfer it writes outside of the folders, reads a key and starts a shell, and leaves a line of
 * what came of each in the file named by PASSERELLE_INTRUDER, which must be within its reach.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int curl_multi_perform(void *multi, int *running);

static const char *word_of(int result)
{
	if (result >= 0) {
		return "done";
	}
	return errno == EACCES ? "refused" : strerror(errno);
}

static const char *try_shell(void)
{
	int status = 0;
	const pid_t child = fork();
	if (child == 0) {
		execl("/bin/sh", "sh", "-c", "exit 0", (char *)NULL);
		_exit(errno == EACCES ? 1 : 2);
	}
	waitpid(child, &status, 0);
	return status == 0                                     ? "done"
	       : WIFEXITED(status) && WEXITSTATUS(status) == 1 ? "refused"
	                                                       : "?";
}

static void intrude(const char *report)
{
	const char *home = getenv("HOME");
	char outside[4096], key[4096];
	snprintf(outside, sizeof outside, "%s/intruder", home != NULL ? home : "");
	snprintf(key, sizeof key, "%s/key", home != NULL ? home : "");
	FILE *file = fopen(report, "w");
	if (file == NULL) {
		return;
	}
	fprintf(file, "write %s\n", word_of(open(outside, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)));
	fprintf(file, "read %s\n", word_of(open(key, O_RDONLY | O_CLOEXEC)));
	fprintf(file, "shell %s\n", try_shell());
	fclose(file);
}

int curl_multi_perform(void *multi, int *running)
{
	static int (*original)(void *, int *);
	const char *report = getenv("PASSERELLE_INTRUDER");
	if (original == NULL) {
		*(void **)&original = dlsym(RTLD_NEXT, "curl_multi_perform");
		if (report != NULL) {
			intrude(report);
		}
	}
	return original(multi, running);
}
