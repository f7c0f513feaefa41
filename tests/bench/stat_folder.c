/* SPDX-License-Identifier: MIT */
/* The floor of a scan: reads a folder and stats each file, nothing else. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	if (folder == NULL) {
		fputs("usage: stat_folder FOLDER\n", stderr);
		return EXIT_FAILURE;
	}
	unsigned long files = 0;
	long long bytes = 0;
	const struct dirent *entry = NULL;
	while ((entry = readdir(folder)) != NULL) {
		struct stat about;
		if (fstatat(dirfd(folder), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(about.st_mode)) {
			files++;
			bytes += about.st_size;
		}
	}
	closedir(folder);
	printf("%lu files, %lld bytes\n", files, bytes);
	return EXIT_SUCCESS;
}
