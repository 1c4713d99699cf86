import { Buffer } from 'node:buffer';
import type { Parser } from '@millrace/core';
import { feed, map, type Rejection } from '@millrace/core';
import { decodeText } from '@millrace/encoding';
import { memorySink, memorySource, runParser } from '@millrace/testkit';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  parseAlbLog,
  parseClbLog,
  parseCloudFrontLog,
  parseCloudTrail,
  parseGuardDutyFindings,
  parseNlbLog,
  parseResolverQueryLog,
  parseS3AccessLog,
  parseVpcFlowLog,
  parseWafLog,
  type S3AccessLogRecord,
} from '../src/index.ts';
import { type LogParser, PARSERS } from './parsers.ts';
import {
  ALB,
  CLB,
  CLOUDFRONT,
  CLOUDTRAIL,
  GUARDDUTY,
  NLB,
  RESOLVER,
  S3,
  VPC_CUSTOM,
  VPC_DEFAULT,
  WAF,
} from './samples.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });

/** Records, and codes of what was rejected, in their order. */
async function parsed<R>(codec: Parser<string, R>, text: string) {
  return runParser(codec, [text]);
}

describe('lines with fields in a known order', () => {
  it('S3 server access logs', async () => {
    const { values, rejections } = await parsed(parseS3AccessLog(), S3);
    expect(rejections).toEqual([]);
    expect(values[0]).toEqual({
      bucketOwner: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be',
      bucket: 'amzn-s3-demo-bucket1',
      time: '2019-02-06T00:00:38Z',
      remoteIp: '192.0.2.3',
      requester: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be',
      requestId: '3E57427F3EXAMPLE',
      operation: 'REST.GET.VERSIONING',
      requestUri: 'GET /amzn-s3-demo-bucket1?versioning HTTP/1.1',
      httpStatus: 200,
      bytesSent: 113,
      totalTime: 7,
      userAgent: 'S3Console/0.4',
      hostId: 's9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=',
      signatureVersion: 'SigV4',
      cipherSuite: 'ECDHE-RSA-AES128-GCM-SHA256',
      authenticationType: 'AuthHeader',
      hostHeader: 'amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com',
      tlsVersion: 'TLSV1.2',
      accessPointArn: 'arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP',
      aclRequired: 'Yes',
      sourceRegion: 'us-east-1',
    });
    expect(values[1]).toMatchObject({ operation: 'REST.GET.LOGGING_STATUS', sourceRegion: 'us-east-1' });
    expect(values[2]).toMatchObject({
      key: 's3-dg.pdf',
      objectSize: 4_406_583,
      turnAroundTime: 28,
      tlsVersion: 'TLSV1.1',
    });
    expectTypeOf(values).toEqualTypeOf<readonly S3AccessLogRecord[]>();
  });

  it('Application Load Balancer', async () => {
    const { values, rejections } = await parsed(parseAlbLog(), ALB);
    expect(rejections).toEqual([]);
    expect(values[0]).toEqual({
      type: 'http',
      time: '2018-07-02T22:23:00.186641Z',
      elb: 'app/my-loadbalancer/50dc6c495c0c9188',
      clientIp: '192.168.131.39',
      clientPort: 2817,
      targetIp: '10.0.0.1',
      targetPort: 80,
      requestProcessingTime: 0,
      targetProcessingTime: 0.001,
      responseProcessingTime: 0,
      elbStatusCode: 200,
      targetStatusCode: 200,
      receivedBytes: 34,
      sentBytes: 366,
      request: 'GET http://www.example.com:80/ HTTP/1.1',
      userAgent: 'curl/7.46.0',
      targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067',
      traceId: 'Root=1-58337262-36d228ad5d99923122bbe354',
      matchedRulePriority: 0,
      requestCreationTime: '2018-07-02T22:22:48.364000Z',
      actionsExecuted: 'forward',
      targetPortList: '10.0.0.1:80',
      targetStatusCodeList: '200',
      connTraceId: 'TID_1234abcd5678ef90',
    });
    expect(values[1]).toMatchObject({ elbStatusCode: 502, errorReason: 'LambdaInvalidResponse' });
    expect(values[1]).not.toHaveProperty('targetIp');
  });

  it('Classic Load Balancer, TCP listeners too', async () => {
    const { values } = await parsed(parseClbLog(), CLB);
    expect(values[0]).toMatchObject({ request: 'GET https://www.example.com:443/ HTTP/1.1', sslProtocol: 'TLSv1.2' });
    expect(values[1]).toEqual({
      time: '2015-05-13T23:39:43.945958Z',
      elb: 'my-loadbalancer',
      clientIp: '192.168.131.39',
      clientPort: 2817,
      backendIp: '10.0.0.1',
      backendPort: 80,
      requestProcessingTime: 0.001069,
      backendProcessingTime: 0.000028,
      responseProcessingTime: 0.000041,
      receivedBytes: 82,
      sentBytes: 305,
    });
  });

  it('Network Load Balancer', async () => {
    const { values } = await parsed(parseNlbLog(), NLB);
    expect(values[0]).toEqual({
      type: 'tls',
      version: '2.0',
      time: '2018-12-20T02:59:40',
      elb: 'net/my-network-loadbalancer/c6e77e28c25b2234',
      listener: 'g3d4b5e8bb8464cd',
      clientIp: '72.21.218.154',
      clientPort: 51_341,
      destinationIp: '172.100.100.185',
      destinationPort: 443,
      connectionTime: 5,
      tlsHandshakeTime: 2,
      receivedBytes: 98,
      sentBytes: 246,
      chosenCertArn: 'arn:aws:acm:us-east-2:671290407336:certificate/2a108f19-aded-46b0-8493-c63eb1ef4a99',
      tlsCipher: 'ECDHE-RSA-AES128-SHA',
      tlsProtocolVersion: 'tlsv12',
      domainName: 'my-network-loadbalancer-c6e77e28c25b2234.elb.us-east-2.amazonaws.com',
      tlsConnectionCreationTime: '2018-12-20T02:59:30',
    });
    expect(values[1]).toMatchObject({ alpnBeProtocol: 'h2', alpnClientPreferenceList: '"h2","http/1.1"' });
  });

  it('keeps what AWS adds behind the known fields', async () => {
    const line = ALB.split('\n')[0]!;
    const { values } = await parsed(parseAlbLog(), `${line} "new field" - 7\n`);
    expect(values[0]).toMatchObject({ rest: ['new field', '-', '7'] });
    expect((await parsed(parseNlbLog(), `${NLB.split('\n')[0]} x`)).values[0]).toMatchObject({ rest: ['x'] });
  });

  it('takes lines of the time before fields were added', async () => {
    const fields = CLB.split('\n')[0]!.split(' ');
    const { values } = await parsed(parseClbLog(), fields.slice(0, 14).join(' '));
    expect(values[0]).not.toHaveProperty('userAgent');
    expect(values[0]).toMatchObject({ sentBytes: 57 });
  });

  it('reads IPv6 addresses, with and without brackets', async () => {
    const line = ALB.split('\n')[0]!;
    const text = [
      line.replace('192.168.131.39:2817', '2001:db8::1:2817'),
      line.replace('10.0.0.1:80 ', '[2001:db8::2]:80 '),
    ];
    const { values } = await parsed(parseAlbLog(), text.join('\n'));
    expect(values[0]).toMatchObject({ clientIp: '2001:db8::1', clientPort: 2817 });
    expect(values[1]).toMatchObject({ targetIp: '2001:db8::2', targetPort: 80 });
  });

  it('keeps quotes in quotes, and rejects what could be told in two ways', async () => {
    const line = S3.split('\n')[0]!;
    const withAgent = (agent: string): string => line.replace('S3Console/0.4', agent);
    const { outputs } = await runParser(parseS3AccessLog(), [
      [withAgent('a"b'), withAgent('a\\" b'), withAgent('a" b'), withAgent('a" "b'), withAgent('a" - "b')].join('\n'),
    ]);
    expect(outputs.map((one) => (one as S3AccessLogRecord).userAgent)).toEqual([
      'a"b',
      'a\\" b',
      undefined,
      undefined,
      undefined,
    ]);
    const { rejections } = await runParser(parseS3AccessLog(), [[withAgent('a" b'), withAgent('a" "b')].join('\n')]);
    expect(rejections).toMatchObject([
      { code: 'AWSLOG_LINE_INVALID', line: 1, raw: withAgent('a" b') },
      { code: 'AWSLOG_LINE_INVALID', line: 2, raw: withAgent('a" "b') },
    ]);
  });

  it('rejects what is not of its kind, and goes on', async () => {
    const line = CLB.split('\n')[0]!;
    const bad = [
      line.replace('2817', '99999999'),
      line.replace(' 57 ', ' 5e7 '),
      line.replace(' 57 ', ' 99999999999999999 '),
      line.replace('0.000086', 'x'),
      line.replace('2015-05-13T', '13.05.2015 '),
      line.replace('2015-05-13T23:39:43.945958Z', '-'),
      line.replace('"curl/7.38.0"', '"curl'),
    ];
    const { rejections, values } = await parsed(parseClbLog(), [...bad, line].join('\r\n'));
    expect(rejections.map((one) => [one.code, one.details?.['field'], one.line])).toEqual([
      ['AWSLOG_FIELD_INVALID', 'client', 1],
      ['AWSLOG_FIELD_INVALID', 'sentBytes', 2],
      ['AWSLOG_FIELD_INVALID', 'sentBytes', 3],
      ['AWSLOG_FIELD_INVALID', 'requestProcessingTime', 4],
      ['AWSLOG_FIELD_INVALID', 'time', 5],
      ['AWSLOG_FIELD_INVALID', 'time', 6],
      ['AWSLOG_LINE_INVALID', undefined, 7],
    ]);
    expect(rejections[0]!.message).toBe(
      'Line 1 has a text of 23 characters in field "client", which is not an IP address and a port.',
    );
    expect(values).toHaveLength(1);
    const s3 = S3.replaceAll('06/Feb/2019', '06/Xyz/2019');
    expect((await parsed(parseS3AccessLog(), s3)).rejections).toHaveLength(3);
  });
});

describe('lines whose fields a header names', () => {
  it('CloudFront standard logs', async () => {
    const { values, rejections } = await parsed(parseCloudFrontLog(), CLOUDFRONT);
    expect(rejections).toEqual([]);
    expect(values[0]).toEqual({
      dateTime: '2019-12-04T21:02:31Z',
      xEdgeLocation: 'LAX1',
      scBytes: 392,
      cIp: '192.0.2.100',
      csMethod: 'GET',
      csHost: 'd111111abcdef8.cloudfront.net',
      csUriStem: '/index.html',
      scStatus: 200,
      csUserAgent:
        'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/78.0.3904.108 Safari/537.36',
      xEdgeResultType: 'Hit',
      xEdgeRequestId: 'SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==',
      xHostHeader: 'd111111abcdef8.cloudfront.net',
      csProtocol: 'https',
      csBytes: 23,
      timeTaken: 0.001,
      sslProtocol: 'TLSv1.2',
      sslCipher: 'ECDHE-RSA-AES128-GCM-SHA256',
      xEdgeResponseResultType: 'Hit',
      csProtocolVersion: 'HTTP/2.0',
      cPort: 11_040,
      timeToFirstByte: 0.001,
      xEdgeDetailedResultType: 'Hit',
      scContentType: 'text/html',
      scContentLen: 78,
    });
    expect(values[2]).toMatchObject({ scStatus: 502, xEdgeDetailedResultType: 'OriginDnsError' });
  });

  it('CloudFront: other fields, other orders, and what is no UTF-8', async () => {
    const text = [
      '#Fields: cs(User-Agent) asn __proto__ sc-status',
      '%FF%20x\t64496\t1\t000',
      '#Fields: sc-status',
      '200',
      '200\t1',
    ].join('\n');
    const { values, rejections } = await parsed(parseCloudFrontLog(), text);
    expect(values[0]).toMatchObject({ csUserAgent: '%FF%20x', scStatus: 0 });
    expect(Object.entries(values[0]!.unknown!)).toEqual([
      ['asn', '64496'],
      ['__proto__', '1'],
    ]);
    expect(values[1]).toEqual({ scStatus: 200 });
    expect(rejections).toMatchObject([
      { code: 'AWSLOG_FIELD_COUNT', line: 5, ordinal: 2, details: { content: { columns: ['sc-status'] } } },
    ]);
    await expect(parsed(parseCloudFrontLog(), '#Fields: a a\n')).rejects.toThrow(code('AWSLOG_HEADER_INVALID'));
  });

  it('VPC Flow Logs in the default format', async () => {
    const { values, rejections } = await parsed(parseVpcFlowLog(), VPC_DEFAULT);
    expect(rejections).toEqual([]);
    expect(values).toEqual([
      {
        version: 2,
        accountId: '123456789010',
        interfaceId: 'eni-1235b8ca123456789',
        srcaddr: '172.31.16.139',
        dstaddr: '172.31.16.21',
        srcport: 20_641,
        dstport: 22,
        protocol: 6,
        packets: 20,
        bytes: 4249,
        start: 1_418_530_010,
        end: 1_418_530_070,
        action: 'ACCEPT',
        logStatus: 'OK',
      },
      {
        version: 2,
        accountId: '123456789010',
        interfaceId: 'eni-1235b8ca123456789',
        start: 1_431_280_876,
        end: 1_431_280_934,
        logStatus: 'NODATA',
      },
      expect.objectContaining({ srcaddr: '2001:db8:1234:a100:8d6e:3477:df66:f105', bytes: 8855 }),
    ]);
  });

  it('VPC Flow Logs in a custom format, with and without a header', async () => {
    const { values } = await parsed(parseVpcFlowLog(), VPC_CUSTOM);
    expect(values[0]).toMatchObject({
      pktSrcAwsService: 'S3',
      tcpFlags: 19,
      flowDirection: 'ingress',
      azId: 'apse2-az3',
    });
    expect(values[1]).toMatchObject({ pktDstAwsService: 'S3', trafficPath: 8, flowDirection: 'egress' });

    const fields = ['instance-id', 'interface-id', 'srcaddr', 'new-field'];
    const bare = parseVpcFlowLog({ fields });
    expect((await parsed(bare, '- eni-1235b8ca123456789 10.0.1.5 new\n')).values).toEqual([
      { interfaceId: 'eni-1235b8ca123456789', srcaddr: '10.0.1.5', unknown: { 'new-field': 'new' } },
    ]);
    // Two files joined: the header comes again.
    const twice = await parsed(parseVpcFlowLog(), `${VPC_DEFAULT}\n${VPC_DEFAULT}\n`);
    expect(twice.values).toHaveLength(6);
    expect(twice.rejections).toEqual([]);
  });
});

describe('JSON logs', () => {
  it('stay as AWS wrote them', async () => {
    expect((await parsed(parseWafLog(), WAF)).values).toEqual([JSON.parse(WAF)]);
    expect((await parsed(parseResolverQueryLog(), RESOLVER)).values).toEqual([JSON.parse(RESOLVER)]);
    expect((await parsed(parseGuardDutyFindings(), GUARDDUTY)).values).toEqual([JSON.parse(GUARDDUTY)]);
    const { values } = await parsed(parseCloudTrail(), CLOUDTRAIL);
    expect(values).toEqual((JSON.parse(CLOUDTRAIL) as { Records: unknown }).Records);
    expectTypeOf(values[0]!.eventTime).toEqualTypeOf<string>();
  });

  it('are rejected where they are something else', async () => {
    const { rejections, values } = await parsed(parseWafLog(), `[]\n${RESOLVER}\n{\n${WAF}\n`);
    expect(rejections).toMatchObject([
      { code: 'AWSLOG_RECORD_INVALID', message: 'Line 1 is not a JSON object.', raw: '[]', line: 1, ordinal: 0 },
      { code: 'AWSLOG_RECORD_INVALID', details: { field: 'timestamp' }, line: 2, ordinal: 1 },
      { code: 'NDJSON_INVALID', line: 3, ordinal: 2 },
    ]);
    expect(values).toHaveLength(1);
    await expect(parsed(parseCloudTrail(), '{"digestEndTime":"x"}')).rejects.toThrow(code('JSON_PATH_MISSING'));
  });
});

describe('a rejected record, parsed by itself', () => {
  it('is parsed as its file was', () => {
    const line = CLB.split('\n')[0]!;
    expect(parseClbLog().reparse!({ raw: line, code: 'AWSLOG_LINE_INVALID' })).toMatchObject({ sentBytes: 57 });
    expect(() => parseClbLog().reparse!({ raw: 'x', code: 'AWSLOG_FIELD_COUNT' })).toThrow(code('AWSLOG_FIELD_COUNT'));
    expect(() => parseClbLog().reparse!({ raw: 'x', code: 'RECORD_TOO_LONG' })).toThrow(code('REPLAY_IMPOSSIBLE'));
    expect(parseWafLog().reparse!({ raw: WAF, code: 'NDJSON_INVALID' })).toMatchObject({ action: 'BLOCK' });

    const details = { content: { columns: ['bytes', 'srcport'] } };
    const flow = parseVpcFlowLog();
    expect(flow.reparse!({ raw: '1 2', code: 'AWSLOG_FIELD_COUNT', details })).toEqual({ bytes: 1, srcport: 2 });
    expect(() => flow.reparse!({ raw: '1 2', code: 'SCHEMA_VIOLATION' })).toThrow(code('REPLAY_IMPOSSIBLE'));
    expect(parseVpcFlowLog({ fields: ['bytes'] }).reparse!({ raw: '7', code: 'SCHEMA_VIOLATION' })).toEqual({
      bytes: 7,
    });
    const front = parseCloudFrontLog();
    const columns = ['date-time', 'sc-status'];
    expect(
      front.reparse!({
        raw: '2019-12-04\t21:02:31\t200',
        code: 'AWSLOG_FIELD_COUNT',
        details: { content: { columns } },
      }),
    ).toEqual({
      dateTime: '2019-12-04T21:02:31Z',
      scStatus: 200,
    });
    expect(() => front.reparse!({ raw: '#x', code: 'AWSLOG_FIELD_COUNT', details: { content: { columns } } })).toThrow(
      code('REPLAY_IMPOSSIBLE'),
    );
  });
});

/** What the quarantine holds when every record is refused, so that every place is asked for. */
async function places(parser: Parser<string, unknown>, chunks: readonly Uint8Array[]) {
  const quarantine = memorySink<Rejection>();
  const report = await feed('logs')
    .from(memorySource({ objects: { a: chunks } }))
    .through(decodeText('utf-8', { onInvalid: 'reject-record' }))
    .through(parser)
    .through(
      map((value) => {
        throw new Error(`refused, to ask for its place: ${JSON.stringify(value)}`);
      }),
    )
    .to(memorySink())
    .run([{ name: 'a' }], {
      quarantine,
      maxRejections: { count: 100_000, share: 1 },
      allRejected: 'accept',
      onFailure: 'report',
    });
  const kept = quarantine
    .values()
    .filter(({ scope }) => scope === undefined)
    .map(({ ordinal, code: why, line, byteOffset, raw, message }) => ({
      ordinal,
      why,
      line,
      byteOffset,
      raw,
      message,
    }));
  return { kept: kept.sort((a, b) => a.ordinal - b.ordinal), error: report.reports[0]?.error?.code };
}

describe.each(Object.entries(PARSERS))('%s, however it is cut', (name, { create, sample }: LogParser) => {
  const parser = create({ maxRecordChars: 4000 });
  const isLines = name !== 'parseCloudTrail';
  const junk = fc.constantFrom('é 日 😀\n', '\n', '"\r\n', `${'x'.repeat(5000)}\n`, '{}\n', '#x\n', '\xFF\n');

  it('has the same records, ordinals, lines and offsets', async () => {
    const property = fc.asyncProperty(
      fc.array(junk, { maxLength: isLines ? 4 : 0 }),
      fc.array(fc.nat(), { maxLength: 8 }),
      async (extra, cuts) => {
        const text = isLines ? `${sample.trimEnd()}\r\n${extra.join('')}${sample.split('\n').at(-2) ?? ''}` : sample;
        // One byte that UTF-8 does not have, for each U+00FF.
        const bytes = Buffer.concat(
          text
            .split('\xFF')
            .flatMap((some, at) => (at === 0 ? [Buffer.from(some)] : [Buffer.of(0xff), Buffer.from(some)])),
        );
        const sorted = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
        const chunks = sorted.map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
        const whole = await places(parser, [bytes]);
        expect(await places(parser, chunks)).toEqual(whole);
        expect(whole.error).toBeUndefined();
        for (const { raw, byteOffset, why } of whole.kept) {
          const told = Buffer.from(raw!);
          expect(Buffer.from(bytes.subarray(byteOffset, byteOffset! + told.length)).equals(told)).toBe(true);
          expect(typeof raw === 'string').toBe(why !== 'ENCODING_INVALID');
        }
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });

  it('has as many records as the sample', async () => {
    const { values, rejections } = await runParser(parser, sample.split(/(?<=,)/));
    expect(values).toHaveLength(PARSERS[name]!.records);
    expect(rejections).toEqual([]);
    expect(Object.isFrozen(parser)).toBe(true);
    expect(parser).toMatchObject({ name, takesDamage: true });
  });
});
