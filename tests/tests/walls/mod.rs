//! The walls, attacked: whatever is where a path of a project leads to, nothing outside is written or shown, and the program
//! ends. Judged from outside: by the files before and after, by secrets that are planted and searched in everything that
//! leaves, by the clock of a watchdog, and, where there is `strace`, by the system calls.

mod alone;
mod attempts;
mod breaks;
mod crowd;
mod entries;
mod matrix;
mod outputs;
mod place;
mod race;
mod run;
mod session;
mod things;
mod traced;
