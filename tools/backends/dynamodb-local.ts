import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../packed/run-program.ts';
import type { Backend } from './backend.ts';
import { findMaven } from './maven.ts';

const VERSION = '2.6.1';
const OLDEST_JAVA = 17;

/** Amazon's own DynamoDB for development, from Maven Central, in memory and without its telemetry. */
export const dynamodbLocal: Backend = {
  name: 'dynamodb-local',
  version: VERSION,
  services: ['dynamodb'],
  missing: async () => {
    const printed = await runProgram('java', ['-version']).catch(() => undefined);
    if (printed === undefined) return `Java is missing. Install Java ${OLDEST_JAVA} or later.`;
    const major = Number(/version "(\d+)/.exec(printed)?.[1] ?? 0);
    return major >= OLDEST_JAVA ? undefined : `Java ${major} is too old. Install Java ${OLDEST_JAVA} or later.`;
  },
  install: async (folder) => {
    const pom = join(folder, 'pom.xml');
    writeFileSync(pom, POM);
    const maven = await findMaven(folder);
    const output = `-DoutputDirectory=${join(folder, 'lib')}`;
    // Native libraries of SQLite are among the dependencies.
    await runProgram(maven, ['-B', '-q', '-f', pom, COPY, output, '-DincludeScope=runtime']);
  },
  command: (folder, port) => ({
    program: 'java',
    args: [
      `-Djava.library.path=${join(folder, 'lib')}`,
      '-cp',
      join(folder, 'lib', '*'),
      'com.amazonaws.services.dynamodbv2.local.main.ServerRunner',
      '-inMemory',
      '-disableTelemetry',
      '-port',
      String(port),
    ],
    env: { DDB_LOCAL_TELEMETRY: '0' },
  }),
};

const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>millrace</groupId>
  <artifactId>dynamodb-local</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>com.amazonaws</groupId>
      <artifactId>DynamoDBLocal</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;
