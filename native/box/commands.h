/* The commands of box; each gets the words after its name, and returns its exit code. */
#ifndef BOX_COMMANDS_H
#define BOX_COMMANDS_H

int command_run(int count, char **arguments);
int command_exec(int count, char **arguments);
int command_inspect(int count, char **arguments);
int command_attach(int count, char **arguments);
int command_ps(int count, char **arguments);
int command_logs(int count, char **arguments);
int command_stop(int count, char **arguments);
int command_kill(int count, char **arguments);
int command_pause(int count, char **arguments);
int command_unpause(int count, char **arguments);
int command_remove(int count, char **arguments);
int command_wait(int count, char **arguments);

#endif
