#ifndef SUPERVISOR_CLI_SAMPLE_H
#define SUPERVISOR_CLI_SAMPLE_H

/*
 * The pipeline file that `syncline init` writes. A line that begins with #
 * and does not go on with one space and a word is a setting; the file loads
 * as it is, and with every setting uncommented.
 */
extern const char sample_pipeline[];

#endif
