import { chromiumPath } from '../rigs/chromium.ts';
import { runSuite } from '../rigs/suite-of-tool.ts';

/** The page in a browser, where there is one. */
const missing = 'no Chromium here (apt-get install chromium, or CHROMIUM=<path>)';
runSuite('test/clients/page', chromiumPath() === undefined ? missing : undefined);
