import { spawnSync } from 'node:child_process';
import { runSuite } from '../rigs/suite-of-tool.ts';

/** The templates by CloudFormation's own linter, where there is one. */
const linter = 'cfn-lint';
const isInstalled = spawnSync(linter, ['--version']).status === 0;
runSuite('test/infra/cfn-lint.test.ts', isInstalled ? undefined : `no ${linter} here (pip install ${linter})`);
