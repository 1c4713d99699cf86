/** A request to a distribution, as the standard logs have it: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html. */
export interface CloudFrontLogRecord {
  /** When the response was finished, in ISO 8601, UTC: the columns `date` and `time` in one. */
  readonly dateTime?: string;
  /** Edge location that served the request, such as `DFW3`. */
  readonly xEdgeLocation?: string;
  /** Bytes of the response, headers included. */
  readonly scBytes?: number;
  /** IP address of the viewer, or of a proxy before it. */
  readonly cIp?: string;
  /** HTTP method. */
  readonly csMethod?: string;
  /** Domain name of the distribution. */
  readonly csHost?: string;
  /** Path of the URL, as AWS wrote it. */
  readonly csUriStem?: string;
  /** Status of the response; 0 where the viewer closed the connection first. */
  readonly scStatus?: number;
  /** The Referer header, decoded. */
  readonly csReferer?: string;
  /** The User-Agent header, decoded. */
  readonly csUserAgent?: string;
  /** Query of the URL, as AWS wrote it. */
  readonly csUriQuery?: string;
  /** The Cookie header, decoded, where cookies are logged. */
  readonly csCookie?: string;
  /** How the response was classified once it was sent, such as `Hit`, `Miss` or `Error`. */
  readonly xEdgeResultType?: string;
  /** Id of the request. */
  readonly xEdgeRequestId?: string;
  /** The Host header that the viewer sent. */
  readonly xHostHeader?: string;
  /** `http`, `https`, `ws` or `wss`. */
  readonly csProtocol?: string;
  /** Bytes of the request, headers included. */
  readonly csBytes?: number;
  /** Seconds from the request to the last byte of the response. */
  readonly timeTaken?: number;
  /** IP address of the viewer behind a proxy. */
  readonly xForwardedFor?: string;
  /** TLS protocol; absent for HTTP. */
  readonly sslProtocol?: string;
  /** TLS cipher; absent for HTTP. */
  readonly sslCipher?: string;
  /** How the response was classified before it was sent. */
  readonly xEdgeResponseResultType?: string;
  /** HTTP version, such as `HTTP/2.0`. */
  readonly csProtocolVersion?: string;
  /** Status of field-level encryption. */
  readonly fleStatus?: string;
  /** Fields that were encrypted. */
  readonly fleEncryptedFields?: number;
  /** Port of the viewer. */
  readonly cPort?: number;
  /** Seconds from the request to the first byte of the response. */
  readonly timeToFirstByte?: number;
  /** The kind of error, where the result type is `Error`. */
  readonly xEdgeDetailedResultType?: string;
  /** The Content-Type header of the response, as AWS wrote it. */
  readonly scContentType?: string;
  /** The Content-Length header of the response. */
  readonly scContentLen?: number;
  /** Start of the range, for a response with Content-Range. */
  readonly scRangeStart?: number;
  /** End of the range, for a response with Content-Range. */
  readonly scRangeEnd?: number;
  /** Fields that are not known here, by the name that the header has for them, as text. */
  readonly unknown?: Readonly<Record<string, string>>;
}
