// What the operating system's error codes mean for a person, in one place for every read and write.

import { DuetError } from '../errors.ts';

const readProblems: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder; check the path',
  ENOTDIR: 'a part of that path is a file, not a folder; check the path',
  EISDIR: 'it is a folder where a file is needed; name a file in it',
  EACCES: 'you have no permission to read it; change its permissions',
  EPERM: 'you have no permission to read it; change its permissions',
  EMFILE: 'too many files are open; raise the limit with "ulimit -n"',
  ELOOP: 'its symbolic links go in a circle; fix them',
  ENAMETOOLONG: 'the path is longer than the system allows; check it',
  ERR_INVALID_ARG_VALUE: 'the path holds a NUL character; check it',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB; split it (safetensors: into shards with an index)',
  EIO: 'the disk reports a fault; check the disk',
};

const writeProblems: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist; make the folder or choose another',
  ENOTDIR: 'a part of that path is a file, not a folder; choose another path',
  EISDIR: 'it is a folder; choose another name',
  ENOTEMPTY: 'it is a folder; choose another name',
  EEXIST: 'a file of that name is in the way; choose another name',
  ENOSPC: 'the disk is full; free some space and run again, a training with --resume',
  EDQUOT: 'your disk quota is used up; free some space and run again, a training with --resume',
  EROFS: 'that disk is read-only; choose another folder',
  EACCES: 'you have no permission to write there; choose another folder or change its permissions',
  EPERM: 'you have no permission to write there; choose another folder or change its permissions',
  ENAMETOOLONG: 'the name is too long; choose a shorter one',
  EMFILE: 'too many files are open; raise the limit with "ulimit -n"',
  EIO: 'the disk reports a fault; check the disk',
};

/** A failed read of `path` as a sentence for the user; an error without a known code comes back as it is. */
export function readError(path: string, error: unknown): unknown {
  return explain('read', path, error, readProblems);
}

/** A failed write of `path` as a sentence for the user; an error without a known code comes back as it is. */
export function writeError(path: string, error: unknown): unknown {
  return explain('write', path, error, writeProblems);
}

/** A failed call of the system, from wherever it comes, as a sentence; anything else comes back as it is. */
export function systemError(error: unknown): unknown {
  if (!(error instanceof Error && 'path' in error && typeof error.path === 'string')) return error;
  const reads = 'syscall' in error && /^(open|l?stat|scandir|read|realpath)/.test(String(error.syscall));
  return reads ? readError(error.path, error) : writeError(error.path, error);
}

function explain(verb: string, path: string, error: unknown, problems: Readonly<Record<string, string>>): unknown {
  const code = errorCode(error) ?? '';
  // Bytes that are not UTF-8 reach us as U+FFFD, and no name has that.
  const problem = code === 'ENOENT' && path.includes('\uFFFD') ? 'its name is not UTF-8; rename it' : problems[code];
  return problem === undefined ? error : new DuetError(`Cannot ${verb} ${path}: ${problem}.`, { cause: error });
}

/** The system's code of an error ('ENOENT'), if it has one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
